// Which tables a selection, and which an `order_by`, can end in. GraphQL has no types without members, so what would
// be empty is left out together with all that refers to it.

import type { RoleView, TableView } from '../artifact/decode.ts';
import type { FieldModel, TableRef } from '../artifact/types.ts';
import { unreachable } from '../util/assert.ts';

/** What a field means for the question: an end itself, another table to look at, or neither. */
type Step = 'end' | 'nothing' | { readonly table: TableRef };

/** True when a selection on the table can end in a leaf: a column, a scalar computed field or an aggregate. */
export function isSelectable(role: RoleView, table: TableView): boolean {
  if (role.relay && table.relay) return true; // its id
  return reaches(role, table, (field) => {
    switch (field.kind) {
      case 'column':
        return 'end';
      case 'object_relationship':
        return { table: field.table };
      case 'array_relationship':
        return !field.selectOnly && role.table(field.table).allowAggregations
          ? 'end'
          : { table: field.table };
      case 'computed_field':
        if (field.returns.kind === 'scalar') return 'end';
        return role.table(field.returns.table).allowAggregations ? 'end' : { table: field.returns.table };
      default:
        return unreachable(field);
    }
  });
}

/** True when `<table>_order_by` has a member. */
export function isSortable(role: RoleView, table: TableView): boolean {
  return reaches(role, table, (field) => {
    switch (field.kind) {
      case 'column':
        return 'end';
      case 'object_relationship':
        return field.selectOnly ? 'nothing' : { table: field.table };
      case 'array_relationship':
        return !field.selectOnly && role.table(field.table).allowAggregations ? 'end' : 'nothing';
      case 'computed_field':
        if (field.arguments.length > 0) return 'nothing';
        if (field.returns.kind === 'scalar') return 'end';
        return role.table(field.returns.table).allowAggregations ? 'end' : 'nothing';
      default:
        return unreachable(field);
    }
  });
}

function reaches(role: RoleView, start: TableView, step: (field: FieldModel) => Step): boolean {
  const seen = new Set<TableRef>([start.ref]);
  for (const ref of seen) {
    for (const field of role.table(ref).fields) {
      const next = step(field);
      if (next === 'end') return true;
      if (next !== 'nothing') seen.add(next.table);
    }
  }
  return false;
}
