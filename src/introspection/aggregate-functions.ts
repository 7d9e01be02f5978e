// A table -> the aggregate functions it has, each with the fields it can be applied to.

import type { RoleView, TableView } from '../artifact/decode.ts';
import {
  COMPARABLE_AGGREGATES,
  NUMERIC_AGGREGATES,
  isComparableType,
  isNumericType,
} from '../artifact/operators.ts';
import type { ColumnField, ComputedField, ScalarType } from '../artifact/types.ts';

export interface ColumnAggregate {
  /** `avg`, `max`, … */
  readonly fn: string;
  /** Columns and scalar computed fields, by name. Never empty. */
  readonly fields: readonly (ColumnField | ComputedField)[];
}

/** The functions over columns, `count` not included. */
export function columnAggregatesOf(role: RoleView, table: TableView): readonly ColumnAggregate[] {
  const numeric = fieldsOf(role, table, isNumericType);
  const comparable = fieldsOf(role, table, isComparableType);
  return [
    ...(numeric.length > 0 ? NUMERIC_AGGREGATES.map((fn) => ({ fn, fields: numeric })) : []),
    ...(comparable.length > 0 ? COMPARABLE_AGGREGATES.map((fn) => ({ fn, fields: comparable })) : []),
  ];
}

/** The type of a column or scalar computed field; null for everything else. */
export function scalarTypeOf(role: RoleView, field: TableView['fields'][number]): ScalarType | null {
  if (field.kind === 'column') return role.type(field.type);
  if (field.kind === 'computed_field' && field.returns.kind === 'scalar')
    return role.type(field.returns.type);
  return null;
}

function fieldsOf(
  role: RoleView,
  table: TableView,
  accepts: (type: ScalarType) => boolean,
): readonly (ColumnField | ComputedField)[] {
  return table.fields.filter((field): field is ColumnField | ComputedField => {
    const type = scalarTypeOf(role, field);
    return type !== null && accepts(type);
  });
}
