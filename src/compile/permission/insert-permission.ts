// A role's insert permission on a table -> what it may give, what is set for it, and what must be true of the rows.

import type { InsertModel } from '../../artifact/write-types.ts';
import type { InsertPermission } from '../../metadata/types.ts';
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
export function compileInsertPermission(
  types: TypeTable,
  table: TrackedTable,
  permission: InsertPermission,
): InsertModel {
  return {
    columns: writableColumns(table, permission.columns ?? '*', permission.set),
    check: at(['check'], () => compileFilter(types, table, permission.check)),
    presets: compilePresets(types, table, permission.set),
    backendOnly: permission.backend_only ?? false,
    validateInput: compileValidateInput(permission.validate_input),
  };
}
