// The permissions of a source's logical models -> looked at, renamed and left out as those of tables are.

import type {
  BooleanExpression,
  PermissionEntry,
  SelectPermission,
  SourceMetadata,
} from '../../metadata/types.ts';
import type { ExpressionVisitor } from './expression.ts';
import { mapExpression } from './expression.ts';
import type { Lookup } from './lookup.ts';

type Permissions = readonly PermissionEntry<SelectPermission>[];

/** Calls back for the permissions of each logical model; those that native queries define have the query's name. */
export function visitModels(
  { logical_models: models, native_queries: queries }: SourceMetadata,
  visit: (model: string, permissions: Permissions) => void,
): void {
  for (const { name, select_permissions: permissions } of models ?? []) visit(name, permissions ?? []);
  for (const { root_field_name: name, returns } of queries ?? []) {
    if (typeof returns !== 'string') visit(name, returns.select_permissions ?? []);
  }
}

/** The source with the permissions of all its logical models changed. */
export function withModelPermissions(
  source: SourceMetadata,
  change: (model: string, permissions: Permissions) => Permissions,
): SourceMetadata {
  const changed = <T extends { readonly select_permissions?: Permissions }>(name: string, model: T): T =>
    model.select_permissions
      ? { ...model, select_permissions: change(name, model.select_permissions) }
      : model;
  const { logical_models: models, native_queries: queries } = source;
  return {
    ...source,
    ...(models && { logical_models: models.map((model) => changed(model.name, model)) }),
    ...(queries && {
      native_queries: queries.map((query) =>
        typeof query.returns === 'string'
          ? query
          : { ...query, returns: changed(query.root_field_name, query.returns) },
      ),
    }),
  };
}

/** Walks a filter over rows of a logical model, which is no table and has neither relationships nor computed fields. */
export function mapModelFilter(
  lookup: Lookup,
  model: string,
  filter: BooleanExpression,
  visitor: ExpressionVisitor,
): BooleanExpression {
  const rows = { schema: '', name: model };
  return mapExpression(lookup, rows, filter, {
    ...visitor,
    column: (table, name, typed) => (table === rows ? name : visitor.column(table, name, typed)),
  });
}
