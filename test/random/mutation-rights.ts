// A role's permissions -> whether a mutation is one it may send: fields, arguments, columns, as its schema has them.

import { must } from '../../src/util/assert.ts';
import { TABLES } from './model.ts';
import type {
  Asking,
  Change,
  Conflict,
  InsertObject,
  InsertRights,
  Mutation,
  UpdateRights,
  Writes,
} from './mutation-types.ts';
import type { Filter } from './naive.ts';

/** What the role may write to a table in this request. */
export function writesOf({ rights, backend }: Asking, table: string): Writes {
  const { insert, update, delete: remove } = rights.writes[table] ?? {};
  const there = <T extends { readonly backend_only: boolean }>(right: T | undefined): T | undefined =>
    right && (backend || !right.backend_only) ? right : undefined;
  return { insert: there(insert), update: there(update), delete: there(remove) };
}

/** Columns a client may give: none that has a preset, or follows from others. */
export const writable = (table: string, { columns, set }: InsertRights | UpdateRights): readonly string[] =>
  columns.filter((column) => !Object.hasOwn(set, column) && !TABLES[table]?.derived?.[column]);

/** Whether the role has the field, and all that the mutation names in it. */
export function mayAsk(asking: Asking, mutation: Mutation): boolean {
  const { table, returning } = mutation;
  const { insert, update, delete: remove } = writesOf(asking, table);
  const select = asking.rights.select[table];
  const reads = (names: readonly string[]): boolean => names.every((name) => select?.columns.includes(name));
  const asked = (returning ?? []).flatMap((field) => (field.kind === 'column' ? [field.column] : []));
  if (returning && (!select || !reads(asked))) return false;
  const mayFilter = (where: Filter): boolean => filters(asking, table, where);
  const mayChange = (change: Change): boolean =>
    update !== undefined && select !== undefined && changes(table, update, change);
  switch (mutation.kind) {
    case 'insert':
    case 'insert_one': {
      if (!insert || (mutation.kind === 'insert_one' && !select)) return false;
      const { conflict, objects } = mutation;
      if (conflict && !mayUpsert(asking, table, conflict)) return false;
      return objects.every((object) => mayInsert(asking, table, object, []));
    }
    case 'update':
      return mayFilter(mutation.where) && mayChange(mutation.change);
    case 'update_by_pk':
      return mayChange(mutation.change);
    case 'update_many':
      return (
        select !== undefined &&
        update !== undefined &&
        writable(table, update).length + Object.keys(update.set).length > 0 &&
        mutation.updates.every(({ where, change }) => mayFilter(where) && mayChange(change))
      );
    case 'delete':
      return remove !== undefined && mayFilter(mutation.where);
    case 'delete_by_pk':
      return remove !== undefined && select !== undefined;
  }
}

function filters({ rights }: Asking, table: string, where: Filter): boolean {
  const select = rights.select[table];
  return select !== undefined && columnsOf(table, where).every((name) => select.columns.includes(name));
}

function mayUpsert(asking: Asking, table: string, { where, update_columns }: Conflict): boolean {
  const { update } = writesOf(asking, table);
  if (!update || (where && !filters(asking, table, where))) return false;
  return update_columns.every((column) => writable(table, update).includes(column));
}

/** The table's own columns in a filter; those of relationships are chosen from what the role may see. */
function columnsOf(table: string, where: Filter): readonly string[] {
  return Object.entries(where).flatMap(([key, exp]) => {
    if (key === '_not') return columnsOf(table, exp as Filter);
    if (key === '_and' || key === '_or') return (exp as Filter[]).flatMap((e) => columnsOf(table, e));
    return TABLES[table]?.columns[key] ? [key] : [];
  });
}

function changes(table: string, update: UpdateRights, { _set, _inc }: Change): boolean {
  const columns = writable(table, update);
  if (columns.length + Object.keys(update.set).length === 0) return false;
  const numbers = columns.filter((c) => ['int', 'float'].includes(TABLES[table]?.columns[c] ?? ''));
  if (_set && (columns.length === 0 || !Object.keys(_set).every((c) => columns.includes(c)))) return false;
  if (_inc && (numbers.length === 0 || !Object.keys(_inc).every((c) => numbers.includes(c)))) return false;
  return !Object.keys(_inc ?? {}).some((c) => Object.hasOwn(_set ?? {}, c));
}

function mayInsert(
  asking: Asking,
  table: string,
  { values, nested }: InsertObject,
  determined: readonly string[],
): boolean {
  const { insert } = writesOf(asking, table);
  if (!insert) return false;
  const given = Object.keys(values);
  if (!given.every((c) => writable(table, insert).includes(c) && !determined.includes(c))) return false;
  return Object.entries(nested).every(([name, { objects, conflict }]) => {
    const { kind, table: other, on } = must(TABLES[table]?.relationships[name], 'a relationship');
    if (kind === 'object' && [...given, ...determined].includes(on[0])) return false;
    const theirs = kind === 'array' ? [on[1]] : [];
    // No objects: nothing is said about columns, but the relationship must be there.
    if (!writesOf(asking, other).insert) return false;
    if (conflict && !mayUpsert(asking, other, conflict)) return false;
    return objects.every((object) => mayInsert(asking, other, object, theirs));
  });
}
