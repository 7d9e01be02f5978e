// A table's permissions for each role: select, insert, update, delete.

import type { PermissionEntry, SelectPermission } from '../types.ts';
import {
  anything,
  columns,
  count,
  dictionary,
  flag,
  list,
  name,
  mapping,
  object,
  oneOf,
  optional,
  text,
  type Schema,
} from './common.ts';
import { validateInput } from './webhook.ts';

/** `{role, permission, comment}` around one operation's permission. */
function entry<T>(permission: Schema<T>) {
  return object({ role: name, permission, comment: optional(text) });
}

const queryRootField = oneOf('select', 'select_by_pk', 'select_aggregate');
const subscriptionRootField = oneOf('select', 'select_by_pk', 'select_aggregate', 'select_stream');

const selectPermission: Schema<SelectPermission> = object({
  columns,
  computed_fields: optional(list(text)),
  filter: mapping,
  limit: optional(count),
  allow_aggregations: optional(flag),
  query_root_fields: optional(list(queryRootField)),
  subscription_root_fields: optional(list(subscriptionRootField)),
});

export const selectPermissions: Schema<PermissionEntry<SelectPermission>[]> = list(entry(selectPermission));

const presets = dictionary(anything);

export const insertPermissions = list(
  entry(
    object({
      check: mapping,
      columns: optional(columns),
      set: optional(presets),
      backend_only: optional(flag),
      validate_input: optional(validateInput),
    }),
  ),
);

export const updatePermissions = list(
  entry(
    object({
      columns,
      filter: mapping,
      check: optional(mapping),
      set: optional(presets),
      backend_only: optional(flag),
      validate_input: optional(validateInput),
    }),
  ),
);

export const deletePermissions = list(
  entry(object({ filter: mapping, backend_only: optional(flag), validate_input: optional(validateInput) })),
);
