// The things of the metadata and of the databases below it that can use one another, and what they are called in errors.

import { label } from '../../compile/names.ts';
import type { FunctionName, TableName } from '../../metadata/types.ts';

/** Something that is used, or uses something. Tables, columns, foreign keys and functions are the database's own. */
export type SchemaObject =
  | { readonly kind: 'source'; readonly source: string }
  | (InTable & { readonly kind: 'table' })
  | (InTable & { readonly kind: 'column'; readonly name: string })
  | (InTable & {
      readonly kind: 'foreign_key';
      /** Pairs of a column of the table and the column it references. */
      readonly columns: readonly (readonly [string, string])[];
      readonly references: TableName;
    })
  | (InTable & { readonly kind: 'relationship'; readonly name: string })
  | (InTable & { readonly kind: 'computed_field'; readonly name: string })
  | (InTable & { readonly kind: 'permission'; readonly role: string; readonly operation: PermissionOperation })
  | (InTable & { readonly kind: 'event_trigger'; readonly name: string })
  | (InTable & { readonly kind: 'remote_relationship'; readonly name: string })
  | { readonly kind: 'function'; readonly source: string; readonly function: FunctionName }
  | {
      readonly kind: 'function_permission';
      readonly source: string;
      readonly function: FunctionName;
      readonly role: string;
    }
  | { readonly kind: 'native_query'; readonly source: string; readonly name: string }
  | { readonly kind: 'logical_model'; readonly source: string; readonly name: string }
  | { readonly kind: 'remote_schema'; readonly name: string }
  | { readonly kind: 'remote_schema_permission'; readonly remoteSchema: string; readonly role: string }
  | {
      readonly kind: 'remote_schema_relationship';
      readonly remoteSchema: string;
      readonly type: string;
      readonly name: string;
    };

export interface InTable {
  readonly source: string;
  readonly table: TableName;
}

export type PermissionOperation = 'select' | 'insert' | 'update' | 'delete';

/** The object in an error, in Hasura's words: `permission author.user.select in source "default"`. */
export function describeObject(object: SchemaObject): string {
  switch (object.kind) {
    case 'source':
      return `source ${object.source}`;
    case 'remote_schema':
      return `remote schema ${object.name}`;
    case 'remote_schema_permission':
      return `remote schema permission ${object.remoteSchema}.${object.role}`;
    case 'remote_schema_relationship':
      return `remote relationship ${object.name} of type ${object.type} in remote schema ${object.remoteSchema}`;
    default:
      return `${inSource(object)} in source "${object.source}"`;
  }
}

/** The objects in an error: without doubles, sorted as Hasura sorts them, by what they are called. */
export function describeObjects(objects: readonly SchemaObject[]): string {
  return [...new Set(objects.map(describeObject))].sort().join(', ');
}

/** Equal for equal objects only. */
export function objectKey(object: SchemaObject): string {
  return object.kind === 'foreign_key'
    ? JSON.stringify([object.kind, object.source, object.table, object.references, object.columns.toSorted()])
    : describeObject(object);
}

function inSource(
  object: Exclude<
    SchemaObject,
    { readonly kind: 'source' | 'remote_schema' | 'remote_schema_permission' | 'remote_schema_relationship' }
  >,
): string {
  switch (object.kind) {
    case 'table':
      return `table ${label(object.table)}`;
    case 'column':
      return `column ${label(object.table)}.${object.name}`;
    case 'foreign_key':
      return `constraint ${label(object.table)}.${object.columns.map(([own]) => own).join('_')}`;
    case 'relationship':
      return `relationship ${label(object.table)}.${object.name}`;
    case 'computed_field':
      return `computed field ${label(object.table)}.${object.name}`;
    case 'permission':
      return `permission ${label(object.table)}.${object.role}.${object.operation}`;
    case 'event_trigger':
      return `event-trigger ${label(object.table)}.${object.name}`;
    case 'remote_relationship':
      return `remote relationship ${label(object.table)}.${object.name}`;
    case 'function':
      return `function ${label(object.function)}`;
    case 'function_permission':
      return `function permission ${label(object.function)}.${object.role}`;
    case 'native_query':
      return `native query ${object.name}`;
    case 'logical_model':
      return `logical model ${object.name}`;
  }
}
