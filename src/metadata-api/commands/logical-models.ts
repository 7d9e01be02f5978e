// Commands that track and untrack logical models, and say which roles may see their rows.

import type { Path } from '../../error/path.ts';
import type { LogicalModelMetadata, Metadata } from '../../metadata/types.ts';
import {
  createLogicalModelPermissionArgs,
  dropLogicalModelPermissionArgs,
  trackLogicalModelArgs,
  untrackLogicalModelArgs,
} from '../args/native-queries.ts';
import { about, command, type Commands, fail } from './command.ts';
import { withList, withSource } from './edit.ts';
import { logicalModelId } from './ids.ts';
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
  create_logical_model_select_permission: command(
    createLogicalModelPermissionArgs,
    ({ metadata, args, path }) => {
      const { source, name, entry } = args;
      sourceOfModel(metadata, args, path);
      const changed = withModel(metadata, args, (model) =>
        withList(model, 'select_permissions', (all) => [
          ...all.filter(({ role }) => role !== entry.role),
          entry,
        ]),
      );
      return about(changed, logicalModelId(source, name));
    },
  ),
  drop_logical_model_select_permission: command(
    dropLogicalModelPermissionArgs,
    ({ metadata, args, path }) => {
      const { source, name } = args;
      sourceOfModel(metadata, args, path);
      const changed = withModel(metadata, args, (model) =>
        withList(model, 'select_permissions', (all) => all.filter(({ role }) => role !== args.role)),
      );
      return about(changed, logicalModelId(source, name));
    },
  ),
} satisfies Commands;

interface ModelArgs {
  readonly source: string;
  readonly name: string;
}

/** @throws HedgeError `not-found` for a source or model that is not there. */
function sourceOfModel(metadata: Metadata, { source, name }: ModelArgs, path: Path) {
  const found = sourceNamed(metadata, source, path);
  if (found.logical_models?.some((model) => model.name === name) === true) return found;
  return fail('not-found', `Logical model "${name}" not found in source "${source}".`, path);
}

function withModel(
  metadata: Metadata,
  { source, name }: ModelArgs,
  change: (model: LogicalModelMetadata) => LogicalModelMetadata,
): Metadata {
  return withSource(metadata, source, (one) =>
    withList(one, 'logical_models', (all) =>
      all.map((model) => (model.name === name ? change(model) : model)),
    ),
  );
}
