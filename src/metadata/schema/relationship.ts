// Relationships: by foreign key, by hand, to other sources and to remote schemas.
import * as v from 'valibot';

import type {
  ManualConfiguration,
  RelationshipMetadata,
  RemoteField,
  RemoteForeignKey,
  RemoteRelationshipDefinition,
  RemoteRelationshipMetadata,
} from '../types.ts';
import {
  anything,
  checked,
  dictionary,
  list,
  name,
  object,
  oneOf,
  optional,
  qualifiedName,
  text,
  variant,
  type Schema,
} from './common.ts';

const foreignKeyOfOtherTable = variant<RemoteForeignKey>({
  column: object({ table: qualifiedName, column: text }),
  columns: object({ table: qualifiedName, columns: list(text) }),
});

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
  const using = variant<Using>({
    foreign_key_constraint_on: object({ foreign_key_constraint_on: foreignKey }),
    manual_configuration: object({ manual_configuration: manualConfiguration }),
  });
  return object({ name, using, comment: optional(text) });
}

export const objectRelationships = list(relationship(ownForeignKey));
/** The many sides hold the key, so an array relationship always names another table. */
export const arrayRelationships = list(relationship(foreignKeyOfOtherTable));

const toSource = object({
  source: name,
  table: qualifiedName,
  relationship_type: oneOf('object', 'array'),
  field_mapping: dictionary(text),
});

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

const remoteDefinition = variant<RemoteRelationshipDefinition>({
  to_source: object({ to_source: toSource }),
  to_remote_schema: object({ to_remote_schema: toRemoteSchema }),
  hasura_fields: legacyToRemoteSchema,
  remote_schema: legacyToRemoteSchema,
});

export const remoteRelationships: Schema<RemoteRelationshipMetadata[]> = list(
  object({ name, definition: remoteDefinition }),
);
