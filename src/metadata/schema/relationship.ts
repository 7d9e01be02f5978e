// Relationships: by foreign key, by hand, to other sources and to remote schemas.
import * as v from 'valibot';

import type { ManualConfiguration, RelationshipMetadata, RemoteForeignKey } from '../types.ts';
import {
  anything,
  checked,
  dictionary,
  isMapping,
  list,
  object,
  oneOf,
  optional,
  qualifiedName,
  text,
  type Schema,
} from './common.ts';

const foreignKeyOfOtherTable: Schema<RemoteForeignKey> = v.lazy((input): Schema<RemoteForeignKey> =>
  isMapping(input) && 'columns' in input
    ? object({ table: qualifiedName, columns: list(text) })
    : object({ table: qualifiedName, column: text }),
);

const ownForeignKey: Schema<string | string[] | RemoteForeignKey> = v.lazy(
  (input): Schema<string | string[] | RemoteForeignKey> => {
    if (typeof input === 'string') return text;
    return Array.isArray(input) ? list(text) : foreignKeyOfOtherTable;
  },
);

/** Hasura's documentation and its exports disagree on the name of the key that leads to a native query. */
export const manualConfiguration: Schema<ManualConfiguration> = checked(
  object({
    remote_table: optional(qualifiedName),
    native_query: optional(text),
    remote_native_query: optional(text),
    column_mapping: dictionary(text),
    insertion_order: optional(oneOf('before_parent', 'after_parent')),
  }),
  (to) =>
    [to.remote_table, to.native_query, to.remote_native_query].filter((target) => target !== undefined)
      .length === 1
      ? undefined
      : 'needs exactly one of "remote_table" and "remote_native_query"',
);

type Using = RelationshipMetadata['using'];

function relationship(
  foreignKey: Schema<string | string[] | RemoteForeignKey>,
): Schema<RelationshipMetadata> {
  const using = v.lazy((input): Schema<Using> =>
    isMapping(input) && 'manual_configuration' in input
      ? object({ manual_configuration: manualConfiguration })
      : object({ foreign_key_constraint_on: foreignKey }),
  );
  return object({ name: text, using, comment: optional(text) });
}

export const objectRelationships = list(relationship(ownForeignKey));
/** The many sides hold the key, so an array relationship always names another table. */
export const arrayRelationships = list(relationship(foreignKeyOfOtherTable));

const toSource = object({
  source: text,
  table: qualifiedName,
  relationship_type: oneOf('object', 'array'),
  field_mapping: dictionary(text),
});

interface RemoteField {
  readonly arguments: Record<string, unknown>;
  readonly field?: Record<string, RemoteField>;
}
const remoteField: Schema<RemoteField> = v.lazy(() =>
  object({ arguments: dictionary(anything), field: optional(dictionary(remoteField)) }),
);

const toRemoteSchema = object({
  remote_schema: text,
  lhs_fields: list(text),
  remote_field: dictionary(remoteField),
});

/** The form of Hasura before 2.0, still valid. */
const legacyToRemoteSchema = object({
  remote_schema: text,
  hasura_fields: list(text),
  remote_field: dictionary(remoteField),
});

const remoteDefinition: Schema<unknown> = v.lazy((input): Schema<unknown> => {
  if (isMapping(input) && 'to_source' in input) return object({ to_source: toSource });
  if (isMapping(input) && ('hasura_fields' in input || 'remote_schema' in input)) return legacyToRemoteSchema;
  return object({ to_remote_schema: toRemoteSchema });
});

export const remoteRelationships = list(object({ name: text, definition: remoteDefinition }));
