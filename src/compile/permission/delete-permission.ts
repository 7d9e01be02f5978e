// A role's delete permission on a table -> which rows it may delete.

import type { DeleteModel } from '../../artifact/write-types.ts';
import type { DeletePermission } from '../../metadata/types.ts';
import { at } from '../inconsistency.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedTable } from '../tables/tracked.ts';
import { compileFilter } from './bool-exp.ts';
import { compileValidateInput } from './validate-input.ts';

/**
 * Reads a permission of the metadata.
 * @throws a refusal when its filter names what is not there.
 */
export function compileDeletePermission(
  types: TypeTable,
  table: TrackedTable,
  permission: DeletePermission,
): DeleteModel {
  return {
    filter: at(['filter'], () => compileFilter(types, table, permission.filter)),
    backendOnly: permission.backend_only ?? false,
    validateInput: compileValidateInput(permission.validate_input),
  };
}
