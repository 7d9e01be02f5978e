// A role's update permission on a table -> which rows and columns it may change, and what must be true afterwards.

import type { UpdateModel } from '../../artifact/write-types.ts';
import type { UpdatePermission } from '../../metadata/types.ts';
import { at } from '../inconsistency.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedTable } from '../tables/tracked.ts';
import { compileFilter } from './bool-exp.ts';
import { compilePresets, writableColumns } from './permission-columns.ts';
import { compileValidateInput } from './validate-input.ts';

/**
 * Reads a permission of the metadata.
 * @throws a refusal when any part of it names what is not there.
 */
export function compileUpdatePermission(
  types: TypeTable,
  table: TrackedTable,
  permission: UpdatePermission,
): UpdateModel {
  return {
    columns: writableColumns(table, permission.columns, permission.set),
    filter: at(['filter'], () => compileFilter(types, table, permission.filter)),
    check: permission.check ? at(['check'], () => compileFilter(types, table, permission.check)) : null,
    presets: compilePresets(types, table, permission.set),
    backendOnly: permission.backend_only ?? false,
    validateInput: compileValidateInput(permission.validate_input),
  };
}
