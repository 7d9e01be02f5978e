// The args of the commands about relationships.

import type { ManualConfiguration, RelationshipMetadata, RemoteForeignKey } from '../../metadata/types.ts';
import { keyColumns, qualifiedName, type TableArgs, tableFields } from './names.ts';
import {
  bool,
  dictionary,
  failParse,
  type Fields,
  nonEmptyText,
  object,
  oneOf,
  type Parser,
  record,
  text,
} from './parse.ts';

export interface CreateRelationshipArgs extends TableArgs {
  readonly relationship: RelationshipMetadata;
}

type Using = RelationshipMetadata['using'];
type ForeignKey = string | readonly string[] | RemoteForeignKey;

function remoteForeignKey(fields: Fields): RemoteForeignKey {
  const table = fields.required('table', qualifiedName);
  const column = fields.optional('column', keyColumns);
  const columns = fields.optional('columns', keyColumns);
  const given = column ?? columns;
  if (given === undefined || (column !== undefined && columns !== undefined)) {
    return failParse("expected exactly one of 'column' or 'columns'", fields.path);
  }
  return typeof given === 'string' ? { table, column: given } : { table, columns: given };
}

/** `"author_id"`, `["a", "b"]`, or `{"table", "column"}` for a key of the other table. */
const ownOrRemoteKey: Parser<ForeignKey> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? object('ObjRelUsingChoice', remoteForeignKey)(value, path)
    : keyColumns(value, path);

/** The many hold the key. */
const remoteKey: Parser<ForeignKey> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? object('ArrRelUsingFKeyOn', remoteForeignKey)(value, path)
    : failParse('Expecting object { table, columns }.', path);

/** Where a relationship without a foreign key leads, and over which columns. */
export const manualConfiguration: Parser<ManualConfiguration> = object('RelManualTableConfig', (fields) => {
  const order = fields.optional(
    'insertion_order',
    oneOf(['before_parent', 'after_parent'], 'insertion_order should be "before_parent" or "after_parent"'),
  );
  const nativeQuery = fields.has('remote_table')
    ? undefined
    : (fields.optional('remote_native_query', nonEmptyText) ?? fields.optional('native_query', nonEmptyText));
  return {
    ...(nativeQuery === undefined
      ? { remote_table: fields.required('remote_table', qualifiedName) }
      : { remote_native_query: nativeQuery }),
    column_mapping: fields.required('column_mapping', dictionary(text)),
    ...(order === undefined ? {} : { insertion_order: order }),
  };
});

/** Hasura tells mistakes below `using` as if they were `using` itself, which is why the paths end there. */
function using(foreignKey: Parser<ForeignKey>): Parser<Using> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return failParse('using should be an object', path);
    }
    const { foreign_key_constraint_on: key, manual_configuration: manual } = value as Record<string, unknown>;
    const choices = 'one of foreign_key_constraint_on/manual_configuration should be present';
    if (key === undefined && manual === undefined) return failParse(`atleast ${choices}`, path);
    if (key !== undefined && manual !== undefined) return failParse(`only ${choices}`, path);
    return key === undefined
      ? { manual_configuration: manualConfiguration(manual, path) }
      : { foreign_key_constraint_on: foreignKey(key, path) };
  };
}

function definition(foreignKey: Parser<ForeignKey>): Parser<RelationshipMetadata> {
  return record('Hasura.RQL.Types.Relationships.Local.RelDef(RelDef)', (fields) => {
    const name = fields.required('name', nonEmptyText);
    const read = fields.required('using', using(foreignKey));
    const comment = fields.optional('comment', text);
    return { name, using: read, ...(comment === undefined ? {} : { comment }) };
  });
}

function createArgs(foreignKey: Parser<ForeignKey>): Parser<CreateRelationshipArgs> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return failParse("expecting an Object with key 'table'", path);
    }
    const table = object('WithTable', tableFields)(value, path);
    return { ...table, relationship: definition(foreignKey)(value, path) };
  };
}

export const createObjectRelationshipArgs = createArgs(ownOrRemoteKey);
export const createArrayRelationshipArgs = createArgs(remoteKey);

export const dropRelationshipArgs = object('DropRel', (fields) => ({
  ...tableFields(fields),
  relationship: fields.required('relationship', nonEmptyText),
  cascade: fields.optional('cascade', bool) ?? false,
}));

export const renameRelationshipArgs = object('RenameRel', (fields) => ({
  ...tableFields(fields),
  name: fields.required('name', nonEmptyText),
  newName: fields.required('new_name', nonEmptyText),
}));

export const setRelationshipCommentArgs = object('SetRelComment', (fields) => ({
  ...tableFields(fields),
  relationship: fields.required('relationship', nonEmptyText),
  comment: fields.optional('comment', text),
}));
