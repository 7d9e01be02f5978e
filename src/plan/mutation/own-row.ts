// Conditions of a statement that writes -> whether they look at the row alone: then it does not matter what other rows are
// as the statement sees them, nor what reading other tables would run.

import type { TableView } from '../../artifact/decode.ts';
import type { BoolExp } from '../../artifact/types.ts';
import type { Argument } from '../arguments.ts';
import type { RequestReader, RequestValueNode } from './request-value.ts';
import { itemsOf, keysOf, memberOf, valueOf } from './request-value.ts';

/** Whether a permission's condition compares columns of its row, with values and each other, and nothing else. */
export function looksAtOwnRow(exp: BoolExp): boolean {
  switch (exp.kind) {
    case 'true':
    case 'compare':
    case 'cast':
      return true;
    case 'and':
    case 'or':
      return exp.exps.every(looksAtOwnRow);
    case 'not':
      return looksAtOwnRow(exp.exp);
    case 'compare_columns':
      return exp.via.length === 0;
    default:
      return false;
  }
}

/** The same of a client's `where`, which has been planned: its keys are guarded. */
export function whereLooksAtOwnRow(
  reader: RequestReader,
  table: TableView,
  where: Argument | undefined,
): boolean {
  const value = where && valueOf(reader, where.input);
  return !value || conditionLooks(reader, table, value);
}

function conditionLooks(reader: RequestReader, table: TableView, value: RequestValueNode): boolean {
  const items = itemsOf(reader, value);
  if (items) return items.every((item) => !item || conditionLooks(reader, table, item));
  return (keysOf(reader, value) ?? []).every((name) => {
    const member = memberOf(reader, value, name);
    if (name === '_and' || name === '_or' || name === '_not')
      return !member || conditionLooks(reader, table, member);
    const field = table.field(name);
    return field?.kind === 'column' && !field.visible;
  });
}
