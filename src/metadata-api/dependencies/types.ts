// The things of the metadata and of the databases below it that can use one another, and what they are called in errors.

import { label } from '../../compile/tables/names.ts';
import type { FunctionName, TableName } from '../../metadata/types.ts';

/** Something that is used, or uses something. Columns, foreign keys and functions are the database's own. */
export type SchemaObject =
  | { readonly kind: 'source'; readonly source: string }
  | TableObject
  | { readonly kind: 'function'; readonly source: string; readonly function: FunctionName }
  | {
      readonly kind: 'function_permission';
      readonly source: string;
      readonly function: FunctionName;
      readonly role: string;
    }
  | { readonly kind: 'native_query'; readonly source: string; readonly name: string }
  /** Of a logical model, or of the one that the native query of that name defines for itself. */
  | {
      readonly kind: 'logical_model_permission';
      readonly source: string;
      readonly model: string;
      readonly role: string;
    }
  | { readonly kind: 'remote_schema'; readonly name: string }
  | {
      readonly kind: 'remote_schema_relationship';
      readonly remoteSchema: string;
      readonly type: string;
      readonly name: string;
    };

/** A tracked table, or something that belongs to one. */
export type TableObject = InTable &
  (
    | { readonly kind: 'table' }
    | { readonly kind: 'column'; readonly name: string }
    | ForeignKey
    | { readonly kind: 'relationship'; readonly name: string }
    | { readonly kind: 'computed_field'; readonly name: string }
    | { readonly kind: 'permission'; readonly role: string; readonly operation: PermissionOperation }
    | { readonly kind: 'event_trigger'; readonly name: string }
    | { readonly kind: 'remote_relationship'; readonly name: string }
  );

/** Where constraints have other names but the same columns, they are the same foreign key: relationships name columns. */
interface ForeignKey {
  readonly kind: 'foreign_key';
  /** Pairs of a column of the table and the column it references. */
  readonly columns: readonly (readonly [string, string])[];
  readonly references: TableName;
}

export interface InTable {
  readonly source: string;
  readonly table: TableName;
}

export type PermissionOperation = 'select' | 'insert' | 'update' | 'delete';

export const PERMISSION_OPERATIONS: readonly PermissionOperation[] = ['select', 'insert', 'update', 'delete'];

/** The object in an error, in Hasura's words: `permission author.user.select in source "default"`. */
export function describeObject(object: SchemaObject): string {
  switch (object.kind) {
    case 'source':
      return `source ${object.source}`;
    case 'remote_schema':
      return `remote schema ${object.name}`;
    case 'remote_schema_relationship':
      return `remote relationship ${object.name} of type ${object.type} in remote schema ${object.remoteSchema}`;
    case 'function':
      return `function ${label(object.function)} in source "${object.source}"`;
    case 'native_query':
      return `native query ${object.name} in source "${object.source}"`;
    case 'logical_model_permission':
      return `permission ${object.model}.${object.role}.select in source "${object.source}"`;
    case 'function_permission':
      return `function permission ${label(object.function)}.${object.role} in source "${object.source}"`;
    default:
      return `${describeTableObject(object)} in source "${object.source}"`;
  }
}

/** The objects in an error: without doubles, and sorted as Hasura sorts them, by what they are called. */
export function describeObjects(objects: readonly SchemaObject[]): string {
  return [...new Set(objects.map(describeObject))].sort().join(', ');
}

function describeTableObject(object: TableObject): string {
  const table = label(object.table);
  switch (object.kind) {
    case 'table':
      return `table ${table}`;
    case 'column':
      return `column ${table}.${object.name}`;
    case 'foreign_key':
      return `constraint ${table}.${object.columns.map(([own]) => own).join('_')}`;
    case 'relationship':
      return `relationship ${table}.${object.name}`;
    case 'computed_field':
      return `computed field ${table}.${object.name}`;
    case 'permission':
      return `permission ${table}.${object.role}.${object.operation}`;
    case 'event_trigger':
      return `event-trigger ${table}.${object.name}`;
    case 'remote_relationship':
      return `remote relationship ${table}.${object.name}`;
  }
}

/** Equal for equal objects only. */
export function objectKey(object: SchemaObject): string {
  switch (object.kind) {
    case 'source':
      return keyOf('source', object.source);
    case 'remote_schema':
      return keyOf('remote_schema', object.name);
    case 'remote_schema_relationship':
      return keyOf('remote_schema_relationship', object.remoteSchema, object.type, object.name);
    case 'function':
      return keyOf('function', object.source, object.function.schema, object.function.name);
    case 'native_query':
      return keyOf('native_query', object.source, object.name);
    case 'logical_model_permission':
      return keyOf('logical_model_permission', object.source, object.model, object.role);
    case 'function_permission':
      return keyOf(
        'function_permission',
        object.source,
        object.function.schema,
        object.function.name,
        object.role,
      );
    default:
      return keyOf(object.kind, object.source, object.table.schema, object.table.name, ...memberKey(object));
  }
}

function memberKey(object: TableObject): readonly string[] {
  switch (object.kind) {
    case 'table':
      return [];
    case 'permission':
      return [object.role, object.operation];
    case 'foreign_key': {
      const pairs = object.columns.map(([own, other]) => `${own}\0${other}`).sort();
      return [object.references.schema, object.references.name, ...pairs];
    }
    default:
      return [object.name];
  }
}

/** Postgres' names hold no NUL; other names that do could at most pass for one another. */
function keyOf(...parts: readonly string[]): string {
  return parts.join('\0');
}
