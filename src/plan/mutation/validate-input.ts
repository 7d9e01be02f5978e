// What a mutation brings to tables whose permissions have `validate_input` -> what their webhooks are told, read anew at
// each execution.

import type { ArgumentNode } from 'graphql';

import type { WritesView, WriteView } from '../../artifact/decode-writes.ts';
import type { ValidateInputModel, WriteRef } from '../../artifact/write-types.ts';
import { must } from '../../util/assert.ts';
import { inputJson } from '../input.ts';
import type { InputRow, RowsPlace } from './input-rows.ts';
import { relatedOf, relatedRows, rowKeys, rowsAt } from './input-rows.ts';
import type { RequestReader, RequestValueNode } from './request-value.ts';
import { inputOf, itemsOf, keysOf, memberOf, valueOf } from './request-value.ts';

/** A root field whose input has to be validated. */
export type Validation =
  /** An insert; `write` is the table of the objects at the place. */
  | { readonly kind: 'rows'; readonly write: WriteRef; readonly place: RowsPlace }
  | {
      readonly kind: 'arguments';
      readonly write: WriteRef;
      readonly permission: 'update' | 'delete';
      /** `items`: each item of the argument is an input; `key`: the arguments are the columns of a primary key. */
      readonly form: 'object' | 'items' | 'key';
      readonly arguments: readonly ArgumentNode[];
    };

/** What one webhook is told. */
export interface ValidationInput {
  readonly webhook: ValidateInputModel;
  readonly input: readonly unknown[];
}

/** What is to be validated, in Hasura's order: root fields as they stand, the tables of an insert as they are met. */
export function validationInputs(
  reader: RequestReader,
  writes: WritesView,
  validations: readonly Validation[],
): readonly ValidationInput[] {
  return validations.flatMap((validation) => {
    const write = writes.table(validation.write);
    if (validation.kind === 'rows') {
      const walk: RowsWalk = { reader, writes, found: new Map() };
      rowsJson(walk, write, rowsAt(reader, validation.place));
      return [...walk.found.values()];
    }
    const webhook = must(write[validation.permission]?.validateInput, 'a permission with validate_input');
    return [{ webhook, input: argumentsJson(reader, validation) }];
  });
}

function argumentsJson(
  reader: RequestReader,
  { form, arguments: nodes }: Validation & { readonly kind: 'arguments' },
): readonly unknown[] {
  const given = Object.create(null) as Record<string, unknown>;
  for (const { name, value } of nodes) {
    const seen = valueOf(reader, { kind: 'literal', node: value });
    if (seen) given[name.value] = requestJson(reader, seen);
  }
  if (form === 'key') return [{ pk_columns: given }];
  if (form === 'object') return [given];
  const [items] = Object.values(given);
  return Array.isArray(items) ? items : [items];
}

interface RowsWalk {
  readonly reader: RequestReader;
  readonly writes: WritesView;
  /** By table: all its rows, wherever they are nested. */
  readonly found: Map<WriteRef, { readonly webhook: ValidateInputModel; readonly input: unknown[] }>;
}

/** The rows as JSON; those of tables with a webhook are noted on the way, a table before those nested in it. */
function rowsJson(walk: RowsWalk, write: WriteView, rows: readonly InputRow[]): readonly unknown[] {
  const objects = rows.map(() => Object.create(null) as Record<string, unknown>);
  const webhook = write.insert?.validateInput;
  if (webhook) {
    const known = walk.found.get(write.ref) ?? { webhook, input: [] };
    for (const object of objects) known.input.push(object);
    walk.found.set(write.ref, known);
  }
  for (const [i, row] of rows.entries()) fillRow(walk, write, row, must(objects[i], 'an object per row'));
  return objects;
}

/** As in Hasura, columns have their names in the database, and of nested objects there is the `data` alone. */
function fillRow(walk: RowsWalk, write: WriteView, row: InputRow, object: Record<string, unknown>): void {
  const { reader, writes } = walk;
  for (const name of rowKeys(reader, row)) {
    const column = write.column(name);
    const value = row.value && memberOf(reader, row.value, name);
    if (column) {
      if (value) object[column.column] = requestJson(reader, value);
      continue;
    }
    const relationship = must(write.relationship(name), 'planning found a column or a relationship');
    if (!relatedOf(reader, row, name)) continue;
    const many = relationship.kind === 'array';
    const nested = rowsJson(
      walk,
      writes.table(relationship.write),
      relatedRows(reader, row, 0, { name, many }),
    );
    object[name] = { data: many ? nested : nested[0] };
  }
}

/** A value as JSON, without members whose variable has no value. */
function requestJson(reader: RequestReader, value: RequestValueNode): unknown {
  if (value.kind === 'json') return value.value;
  const items = itemsOf(reader, value);
  if (items) return items.map((item) => (item ? requestJson(reader, item) : null));
  const keys = keysOf(reader, value);
  if (!keys) return inputJson(inputOf(value), reader.operation, reader.variables);
  const object = Object.create(null) as Record<string, unknown>;
  for (const key of keys) {
    const member = memberOf(reader, value, key);
    if (member) object[key] = requestJson(reader, member);
  }
  return object;
}
