// Commands that create, comment and drop the permissions of a role on a table.

import { quotedLabel } from '../../compile/tables/names.ts';
import type { PermissionEntry, TableMetadata } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import type { Parser } from '../args/parse.ts';
import {
  CREATE_PERMISSION_ARGS,
  type CreatePermissionArgs,
  dropPermissionArgs,
  type Operation,
  setPermissionCommentArgs,
} from '../args/permissions.ts';
import { about, command, type CommandDefinition, type Commands, fail, noneNew } from './command.ts';
import { withKey, withList, withTable } from './edit.ts';
import { findTable } from './find.ts';
import { tableMemberId } from './ids.ts';

/** The role that needs no permission and can have none. */
const ADMIN = 'admin';

export const PERMISSION_COMMANDS = {
  create_select_permission: createPermission('select'),
  create_insert_permission: createPermission('insert'),
  create_update_permission: createPermission('update'),
  create_delete_permission: createPermission('delete'),
  drop_select_permission: dropPermission('select'),
  drop_insert_permission: dropPermission('insert'),
  drop_update_permission: dropPermission('update'),
  drop_delete_permission: dropPermission('delete'),
  set_permission_comment: command(setPermissionCommentArgs, (input) => {
    const { metadata, args, path } = input;
    const { operation, role, comment } = args;
    if (!hasPermission(findTable(input, args), operation, role)) {
      fail('permission-denied', missingPermission(`'${operation}'`, args, role), path);
    }
    const changed = withTable(metadata, args, (table) =>
      changeEntries(table, operation, (entries) =>
        entries.map((entry) => (entry.role === role ? withKey(entry, 'comment', comment) : entry)),
      ),
    );
    return about(changed, tableMemberId(args, `${operation}_permission`, role));
  }),
} satisfies Commands;

function createPermission(operation: Operation): CommandDefinition {
  const read: Parser<CreatePermissionArgs<unknown>> = CREATE_PERMISSION_ARGS[operation];
  return command(read, (input) => {
    const { metadata, args, path } = input;
    const { entry } = args;
    const table = findTable(input, args);
    if (entry.role === ADMIN || hasPermission(table, operation, entry.role)) {
      fail(
        'already-exists',
        `${operation} permission already defined on table ${quotedLabel(args.table)} with role ${JSON.stringify(entry.role)}`,
        path,
      );
    }
    const changed = withTable(metadata, args, (one) =>
      changeEntries(one, operation, (entries) => [...entries, entry]),
    );
    return about(changed, tableMemberId(args, `${operation}_permission`, entry.role));
  });
}

function dropPermission(operation: Operation): CommandDefinition {
  return command(dropPermissionArgs, (input) => {
    const { metadata, args, path } = input;
    if (!hasPermission(findTable(input, args), operation, args.role)) {
      fail('permission-denied', missingPermission(operation, args, args.role), path);
    }
    const changed = withTable(metadata, args, (table) =>
      changeEntries(table, operation, (entries) => entries.filter(({ role }) => role !== args.role)),
    );
    return noneNew(changed);
  });
}

function hasPermission(table: TableMetadata, operation: Operation, role: string): boolean {
  return table[`${operation}_permissions`]?.some((entry) => entry.role === role) === true;
}

function missingPermission(which: string, { table }: TableArgs, role: string): string {
  return `${which} permission on ${quotedLabel(table)} for role ${JSON.stringify(role)} does not exist`;
}

type Entries = readonly PermissionEntry<unknown>[];

/** Changes the list of one operation; what is put in was read for that operation. */
function changeEntries(
  table: TableMetadata,
  operation: Operation,
  change: (entries: Entries) => Entries,
): TableMetadata {
  type Table = Record<`${Operation}_permissions`, Entries>;
  return withList(table as unknown as Table, `${operation}_permissions`, change) as unknown as TableMetadata;
}
