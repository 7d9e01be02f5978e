// The objects of an insert -> what they have in common, checked against what the role may give: known members alone, and
// no column that a relationship or the parent already determines.

import type { ValueNode } from 'graphql';
import { Kind } from 'graphql/language';

import type { WritesView, WriteView } from '../../artifact/decode-writes.ts';
import { fieldWord } from '../../artifact/type-names.ts';
import type { WriteColumn, WriteRelationship } from '../../artifact/write-types.ts';
import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import { noList } from '../arguments.ts';
import type { PlanContext } from '../context.ts';
import { checkLiterals, invalid } from '../context.ts';
import { describeInput, resolveVariable } from '../input.ts';
import type { InputRow } from './input-rows.ts';
import { relatedOf, rowKeys } from './input-rows.ts';
import type { RequestValueNode } from './request-value.ts';
import { inputOf, isNull, itemsOf, keysOf, memberOf } from './request-value.ts';
import { inputTypeOf } from './values.ts';

/** What rows of one table say, all of them together. */
export interface RowsShape {
  /** Columns that any of them gives, in the order they are met. */
  readonly columns: readonly { readonly column: WriteColumn; readonly inAll: boolean }[];
  readonly relationships: readonly RelatedShape[];
}

export interface RelatedShape {
  readonly relationship: WriteRelationship;
  readonly inAll: boolean;
  readonly hasConflict: boolean;
}

/** The member of a relationship's input that says what happens on a conflict. */
export function conflictKey(write: WriteView): string {
  return fieldWord(write.naming.convention, 'on_conflict');
}

/** Whether the role may say `on_conflict` of the table: it takes a key to conflict on and a permission to update. */
export function mayUpsert(write: WriteView): boolean {
  return write.insert !== null && write.update !== null && write.keys.length > 0;
}

/**
 * Looks at rows of a table.
 * @throws HedgeError `validation-failed` at what is not an object, or not a member of the role's input type.
 */
export function checkRows(
  ctx: PlanContext,
  writes: WritesView,
  write: WriteView,
  rows: readonly InputRow[],
): RowsShape {
  const typeName = write.typeOf('insert_input');
  const allowed = new Set(write.insert?.columns);
  const columns = new Map<string, { column: WriteColumn; count: number }>();
  const related = new Map<string, { relationship: WriteRelationship; count: number; hasConflict: boolean }>();
  for (const row of rows) {
    if (!row.value || !keysOf(ctx.reader, row.value))
      expected(ctx, 'an object', typeName, row.value, row.path);
    for (const name of rowKeys(ctx.reader, row)) {
      const column = allowed.has(name) ? write.column(name) : undefined;
      if (column) {
        const known = columns.get(name);
        if (known) known.count++;
        else columns.set(name, { column, count: 1 });
        continue;
      }
      const relationship = write.relationship(name);
      if (!relationship) invalid(`field '${name}' not found in type: '${typeName}'`, at(row.path, name));
      const given = relatedOf(ctx.reader, row, name);
      if (!given) continue;
      const hasConflict = checkRelated(ctx, writes.table(relationship.write), relationship, given);
      const known = related.get(name);
      if (known) {
        known.count++;
        known.hasConflict ||= hasConflict;
      } else related.set(name, { relationship, count: 1, hasConflict });
    }
  }
  const inAll = (count: number): boolean => count === rows.length;
  return {
    columns: [...columns.values()].map(({ column, count }) => ({ column, inAll: inAll(count) })),
    relationships: [...related.values()].map(({ count, ...rest }) => ({ ...rest, inAll: inAll(count) })),
  };
}

/** Checks `{data, on_conflict}`; true when the latter is there. */
function checkRelated(
  ctx: PlanContext,
  remote: WriteView,
  { kind }: WriteRelationship,
  { value, path }: { readonly value: RequestValueNode; readonly path: Path },
): boolean {
  const typeName = remote.typeOf(kind === 'array' ? 'arr_rel_insert_input' : 'obj_rel_insert_input');
  const keys = keysOf(ctx.reader, value) ?? expected(ctx, 'an object', typeName, value, path);
  const conflict = conflictKey(remote);
  for (const key of keys) {
    if (key === 'data' || (key === conflict && mayUpsert(remote))) continue;
    invalid(`field '${key}' not found in type: '${typeName}'`, at(path, key));
  }
  const data = memberOf(ctx.reader, value, 'data');
  if (!data) invalid("missing required field 'data'", at(path, 'data'));
  const place = at(path, 'data');
  if (kind === 'array' && isNull(data)) noList({ input: inputOf(data), path: place });
  if (kind === 'object' && (isNull(data) || itemsOf(ctx.reader, data)))
    expected(ctx, 'an object', remote.typeOf('insert_input'), data, place);
  const given = memberOf(ctx.reader, value, conflict);
  return given !== undefined && !isNull(given);
}

function expected(
  ctx: PlanContext,
  what: string,
  typeName: string,
  value: RequestValueNode | undefined,
  path: Path,
): never {
  const found = value ? describeInput(inputOf(value), ctx.reader.variables) : 'null';
  return invalid(`expected ${what} for type '${typeName}', but found ${found}`, path);
}

/**
 * Compares the declared types of the variables in an input of an insert, and literals of enums, with the places they stand
 * in.
 * @throws HedgeError `validation-failed` for one that does not fit.
 */
export function checkVariableTypes(
  ctx: PlanContext,
  writes: WritesView,
  write: WriteView,
  { node, many, path }: { readonly node: ValueNode; readonly many: boolean; readonly path: Path },
): void {
  const typeName = write.typeOf('insert_input');
  if (isVariable(ctx, node, many ? `[${typeName}!]!` : `${typeName}!`, path)) return;
  if (many) {
    const items = node.kind === Kind.LIST ? node.values : [node];
    for (const [i, item] of items.entries())
      checkVariableTypes(ctx, writes, write, { node: item, many: false, path: at(path, i) });
    return;
  }
  if (node.kind !== Kind.OBJECT) return;
  for (const { name, value } of node.fields) {
    const place = at(path, name.value);
    const column = write.column(name.value);
    if (column) {
      const type = ctx.role.type(column.type);
      if (!isVariable(ctx, value, inputTypeOf(type), place))
        checkLiterals(ctx, { kind: 'literal', node: value }, type, place);
      continue;
    }
    const relationship = write.relationship(name.value);
    if (relationship) checkRelatedTypes(ctx, writes, relationship, value, place);
  }
}

function checkRelatedTypes(
  ctx: PlanContext,
  writes: WritesView,
  { kind, write }: WriteRelationship,
  node: ValueNode,
  path: Path,
): void {
  const remote = writes.table(write);
  const many = kind === 'array';
  if (isVariable(ctx, node, remote.typeOf(many ? 'arr_rel_insert_input' : 'obj_rel_insert_input'), path))
    return;
  if (node.kind !== Kind.OBJECT) return;
  const data = node.fields.find((f) => f.name.value === 'data');
  if (data) checkVariableTypes(ctx, writes, remote, { node: data.value, many, path: at(path, 'data') });
}

function isVariable(ctx: PlanContext, node: ValueNode, expectedType: string, path: Path): boolean {
  if (node.kind !== Kind.VARIABLE) return false;
  resolveVariable(ctx.reader, { kind: 'literal', node }, expectedType, path);
  return true;
}

/** Names of columns in messages: `"id", "name"`. */
function listed(columns: readonly string[]): string {
  return columns.map((c) => `"${c}"`).join(', ');
}

/**
 * Refuses rows that give a column which the parent's insert, or an object inserted before the row, determines.
 * `determined` are physical names.
 * @throws HedgeError `validation-failed` in Hasura's words.
 */
export function refuseDetermined(
  ctx: PlanContext,
  {
    write,
    rows,
    shape,
  }: { readonly write: WriteView; readonly rows: readonly InputRow[]; readonly shape: RowsShape },
  determined: ReadonlySet<string>,
): void {
  for (const row of rows) {
    const given = rowKeys(ctx.reader, row).flatMap((name) => write.column(name)?.column ?? []);
    const taken = new Set<string>();
    const twice = given.filter((column) => determined.has(column));
    if (twice.length > 0) {
      invalid(
        `cannot insert ${listed(twice)} columns as their values are already being determined by parent insert`,
        row.path,
      );
    }
    for (const { relationship } of shape.relationships) {
      const { name, order, mapping } = relationship;
      if (order === 'after' || !relatedOf(ctx.reader, row, name)) continue;
      const own = mapping.map(([column]) => column);
      const conflicting = own.filter(
        (column) => determined.has(column) || given.includes(column) || taken.has(column),
      );
      for (const column of own) taken.add(column);
      if (conflicting.length === 0) continue;
      invalid(
        `cannot insert object relationship "${name}" as ${listed(conflicting)} column values are already determined`,
        at(row.path, name),
      );
    }
  }
}
