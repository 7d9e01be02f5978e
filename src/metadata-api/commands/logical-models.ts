// Commands that track and untrack logical models, and say which roles may see their rows.

import type { Path } from '../../error/path.ts';
import type { Metadata, PermissionEntry, SelectPermission, SourceMetadata } from '../../metadata/types.ts';
import {
  createLogicalModelPermissionArgs,
  dropLogicalModelPermissionArgs,
  type LogicalModelPermissionArgs,
  trackLogicalModelArgs,
  untrackLogicalModelArgs,
} from '../args/native-queries.ts';
import type { Change } from '../types.ts';
import { about, command, type Commands, fail, type Input } from './command.ts';
import { withList, withSource } from './edit.ts';
import { logicalModelId, nativeQueryId } from './ids.ts';
import { sourceNamed } from './native-queries.ts';

export const LOGICAL_MODEL_COMMANDS = {
  track_logical_model: command(trackLogicalModelArgs, ({ metadata, args, path }) => {
    const { source, model } = args;
    const found = metadata.sources.find((one) => one.name === source);
    if (!found) fail('not-found', `Source ${source} not found.`, path);
    if (found.logical_models?.some((other) => other.name === model.name) === true)
      fail('already-tracked', `Logical model '${model.name}' is already tracked.`, path);
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'logical_models', (others) => [...others, model]),
    );
    return about(changed, logicalModelId(source, model.name));
  }),
  untrack_logical_model: command(untrackLogicalModelArgs, ({ metadata, args, path }) => {
    const { source, name } = args;
    const { native_queries: queries = [] } = sourceOfModel(metadata, args, path);
    const user = queries.find((query) => query.returns === name);
    if (user) {
      const message = `Logical model "${name}" still being used by native query "${user.root_field_name}".`;
      fail('constraint-violation', message, path);
    }
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'logical_models', (all) => all.filter((model) => model.name !== name)),
    );
    return about(changed, logicalModelId(source, name));
  }),
  /** As in Hasura, a role that has a permission already gets the new one. */
  create_logical_model_select_permission: command(createLogicalModelPermissionArgs, (input) => {
    const { entry } = input.args;
    return withPermissions(input, (all) => [...all.filter(({ role }) => role !== entry.role), entry]);
  }),
  drop_logical_model_select_permission: command(dropLogicalModelPermissionArgs, (input) => {
    const { role: dropped } = input.args;
    return withPermissions(input, (all) => all.filter(({ role }) => role !== dropped));
  }),
} satisfies Commands;

type Permissions = readonly PermissionEntry<SelectPermission>[];

/**
 * The permissions of a logical model changed, or of the one that a native query defines for itself.
 * @throws HedgeError `not-found` for what is not there.
 */
function withPermissions(
  { metadata, args, path }: Input<LogicalModelPermissionArgs>,
  change: (permissions: Permissions) => Permissions,
): Change {
  const { source, type, name } = args;
  if (type === 'logical_model') {
    sourceOfModel(metadata, args, path);
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'logical_models', (all) =>
        all.map((model) => (model.name === name ? withList(model, 'select_permissions', change) : model)),
      ),
    );
    return about(changed, logicalModelId(source, name));
  }
  const { native_queries: queries = [] } = sourceNamed(metadata, source, path);
  if (!queries.some((query) => query.root_field_name === name))
    fail('not-found', `Native query "${name}" not found in source "${source}".`, path);
  const changed = withSource(metadata, source, (one) =>
    withList(one, 'native_queries', (all) =>
      all.map((query) =>
        query.root_field_name === name && typeof query.returns !== 'string'
          ? { ...query, returns: withList(query.returns, 'select_permissions', change) }
          : query,
      ),
    ),
  );
  return about(changed, nativeQueryId(source, name));
}

interface ModelArgs {
  readonly source: string;
  readonly name: string;
}

/** @throws HedgeError `not-found` for a source or model that is not there. */
function sourceOfModel(metadata: Metadata, { source, name }: ModelArgs, path: Path): SourceMetadata {
  const found = sourceNamed(metadata, source, path);
  if (found.logical_models?.some((model) => model.name === name) === true) return found;
  return fail('not-found', `Logical model "${name}" not found in source "${source}".`, path);
}
