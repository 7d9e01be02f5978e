// A tracked table: everything that one file below `databases/<source>/tables/` says.
import * as v from 'valibot';

import type { ComputedFieldMetadata, CustomRootField, TableConfiguration, TableMetadata } from '../types.ts';
import {
  dictionary,
  flag,
  list,
  name,
  object,
  oneOf,
  optional,
  qualifiedName,
  text,
  textOr,
  type Schema,
} from './common.ts';
import { deletePermissions, insertPermissions, selectPermissions, updatePermissions } from './permission.ts';
import { arrayRelationships, objectRelationships, remoteRelationships } from './relationship.ts';
import { eventTrigger } from './webhook.ts';

const rootField: Schema<CustomRootField> = v.nullable(
  textOr(object({ name: optional(text), comment: optional(text) })),
);

const configuration: Schema<TableConfiguration> = object({
  custom_name: optional(text),
  custom_root_fields: optional(
    object({
      select: optional(rootField),
      select_by_pk: optional(rootField),
      select_aggregate: optional(rootField),
      select_stream: optional(rootField),
      insert: optional(rootField),
      insert_one: optional(rootField),
      update: optional(rootField),
      update_by_pk: optional(rootField),
      update_many: optional(rootField),
      delete: optional(rootField),
      delete_by_pk: optional(rootField),
    }),
  ),
  column_config: optional(dictionary(object({ custom_name: optional(text), comment: optional(text) }))),
  custom_column_names: optional(dictionary(text)),
  comment: optional(text),
});

const computedField: Schema<ComputedFieldMetadata> = object({
  name,
  definition: object({
    function: qualifiedName,
    table_argument: optional(text),
    session_argument: optional(text),
  }),
  comment: optional(text),
});

export const table: Schema<TableMetadata> = object({
  table: qualifiedName,
  is_enum: optional(flag),
  configuration: optional(configuration),
  object_relationships: optional(objectRelationships),
  array_relationships: optional(arrayRelationships),
  computed_fields: optional(list(computedField)),
  remote_relationships: optional(remoteRelationships),
  insert_permissions: optional(insertPermissions),
  select_permissions: optional(selectPermissions),
  update_permissions: optional(updatePermissions),
  delete_permissions: optional(deletePermissions),
  event_triggers: optional(list(eventTrigger)),
  logical_model: optional(text),
  apollo_federation_config: optional(object({ enable: oneOf('v1') })),
});
