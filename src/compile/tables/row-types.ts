// Rows that no table has -> the names of the GraphQL types made from them, which nothing else may have.

import { rowsTypeName, tableTypeName } from '../../artifact/type-names.ts';
import type { CatalogFunction } from '../../catalog/types.ts';
import { refuse } from '../inconsistency.ts';
import { nameKey } from './names.ts';
import { baseNameOf } from './naming.ts';
import { RESERVED_TYPE_NAMES } from './scalars.ts';
import type { TrackedRows, TrackedSource } from './tracked.ts';

/** Names of the types that rows of a logical model, or of a function, have. */
export function rowsTypeNames({ source, typeName, baseName, rowsOf }: TrackedRows): readonly string[] {
  const kinds = ['bool_exp', 'order_by', 'select_column'] as const;
  return [typeName, ...kinds.map((kind) => rowsTypeName(source.naming, { baseName, rowsOf }, kind))];
}

/** Why an object cannot have types of those names, in Hasura's words; null when it can. */
export function typeConflict(source: TrackedSource, owner: string, names: readonly string[]): string | null {
  for (const name of names) {
    if (RESERVED_TYPE_NAMES.has(name)) return `the type name "${name}" is reserved`;
    const other = source.typeOwners.get(name);
    if (other !== undefined && other !== owner)
      return `found conflicting definitions for GraphQL type '${name}' in [${other}, ${owner}]`;
  }
  return null;
}

/** Gives an object the names of its types. @throws a refusal when another has one of them. */
export function claimTypes(source: TrackedSource, owner: string, names: readonly string[]): void {
  const conflict = typeConflict(source, owner, names);
  if (conflict !== null) refuse(conflict);
  for (const name of names) source.typeOwners.set(name, owner);
}

/** Names of all object types. Tables must have been tracked before. */
export function objectTypeNames(sources: readonly TrackedSource[]): ReadonlySet<string> {
  const tables = sources.flatMap((source) => [...source.tables.values()].map(({ typeName }) => typeName));
  return new Set([...tables, ...otherTypeNames(sources)]);
}

/** Names of object types that are not tables', whether the objects are consistent or not: scalars keep out of their way. */
export function otherTypeNames(sources: readonly TrackedSource[]): readonly string[] {
  return sources.flatMap((source) => {
    const { metadata } = source;
    const used = [
      ...(metadata.functions ?? []).map((fn) => fn.function),
      ...metadata.tables.flatMap((table) => (table.computed_fields ?? []).map((f) => f.definition.function)),
    ];
    const functions = used.flatMap((name) => source.catalogFunctions.get(nameKey(name)) ?? []);
    return [
      ...(metadata.logical_models ?? []).map(({ name }) => name),
      ...(metadata.native_queries ?? []).map((query) => query.root_field_name),
      ...functions
        .filter(mayHaveColumns)
        .map((fn) => tableTypeName(source.naming, functionRowsBaseName(source, fn))),
    ];
  });
}

function mayHaveColumns({ returns, returnsColumns }: CatalogFunction): boolean {
  return returnsColumns.length > 0 || returns.kind === 'composite';
}

/** What the object type of a function's rows is called, before the source's affixes: `get_user_stats_result`. */
export function functionRowsBaseName({ naming }: TrackedSource, fn: CatalogFunction): string {
  const base = baseNameOf(naming, fn, undefined).text;
  return naming.convention === 'graphql-default' ? `${base}Result` : `${base}_result`;
}
