// Commands that track, untrack and configure functions, and give roles the right to call them.

import { quotedLabel } from '../../compile/tables/names.ts';
import type { FunctionMetadata } from '../../metadata/types.ts';
import {
  type FunctionArgs,
  functionPermissionArgs,
  setFunctionCustomizationArgs,
  trackFunctionArgs,
  untrackFunctionArgs,
} from '../args/functions.ts';
import { lookupIn } from '../dependencies/lookup.ts';
import { purge } from '../dependencies/purge.ts';
import { PERMISSION_OPERATIONS } from '../dependencies/types.ts';
import { about, command, type Commands, fail, type Input, noneNew } from './command.ts';
import { withFunction, withKey, withList, withSource } from './edit.ts';
import { findFunction, findSource, isSameName, trackedTable } from './find.ts';
import { functionId, functionPermissionId } from './ids.ts';

export const FUNCTION_COMMANDS = {
  track_function: command(trackFunctionArgs, ({ metadata, args, path }) => {
    const { source, configuration, comment } = args;
    const name = quotedLabel(args.function);
    const functions = metadata.sources.find((one) => one.name === source)?.functions;
    if (!metadata.sources.some((one) => one.name === source)) {
      fail('not-exists', `${JSON.stringify(source)} is not a known postgres source`, path);
    }
    if (functions?.some((fn) => isSameName(fn.function, args.function)) === true) {
      fail('already-tracked', `function already tracked: ${name}`, path);
    }
    if (trackedTable(metadata, { source, table: args.function })) {
      fail('not-supported', `table with name ${name} already exists`, path);
    }
    const tracked: FunctionMetadata = {
      function: args.function,
      ...(Object.keys(configuration).length === 0 ? {} : { configuration }),
      ...(comment === undefined ? {} : { comment }),
    };
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'functions', (others) => [...others, tracked]),
    );
    return about(changed, functionId(source, args.function));
  }),
  untrack_function: command(untrackFunctionArgs, ({ metadata, args, path }) => {
    findFunction(metadata, args, path);
    const { source, function: fn } = args;
    return noneNew(purge(metadata, [{ kind: 'function', source, function: fn }]));
  }),
  set_function_customization: command(setFunctionCustomizationArgs, ({ metadata, args, path }) => {
    findFunction(metadata, args, path);
    const { source, configuration } = args;
    const isEmpty = Object.keys(configuration).length === 0;
    const changed = withFunction(metadata, source, args.function, (fn) =>
      withKey(fn, 'configuration', isEmpty ? undefined : configuration),
    );
    return about(changed, functionId(source, args.function));
  }),
  create_function_permission: command(functionPermissionArgs, (input) => {
    const { metadata, args, path } = input;
    const { source, role } = args;
    if (hasPermission(findFunction(metadata, args, path), role)) {
      fail('already-exists', `${permission(args)} already exists for ${functionIn(args)}`, path);
    }
    checkReturnedTable(input);
    const changed = withFunction(metadata, source, args.function, (fn) =>
      withList(fn, 'permissions', (others) => [{ role }, ...others]),
    );
    return about(changed, functionPermissionId(source, args.function, role));
  }),
  drop_function_permission: command(functionPermissionArgs, ({ metadata, args, path }) => {
    const { source, role } = args;
    const fn = findSource(metadata, source, path).functions?.find((one) =>
      isSameName(one.function, args.function),
    );
    if (!fn || !hasPermission(fn, role)) {
      fail('not-exists', `${permission(args)} does not exist for ${functionIn(args)}`, path);
    }
    const changed = withFunction(metadata, source, args.function, (one) =>
      withList(one, 'permissions', (others) => others.filter((other) => other.role !== role)),
    );
    return about(changed, functionPermissionId(source, args.function, role));
  }),
} satisfies Commands;

type PermissionArgs = FunctionArgs & { readonly role: string };

function permission({ role }: PermissionArgs): string {
  return `permission of role ${JSON.stringify(role)}`;
}

function functionIn(args: FunctionArgs): string {
  return `function ${quotedLabel(args.function)} in source: ${JSON.stringify(args.source)}`;
}

function hasPermission({ permissions }: FunctionMetadata, role: string): boolean {
  return permissions?.some((one) => one.role === role) === true;
}

/** Whoever may call a function must be able to see the rows it gives. Checked where the database is known. */
function checkReturnedTable({ metadata, args, context, path }: Input<PermissionArgs>): void {
  const source = findSource(metadata, args.source, path);
  const catalog = context.catalogs.get(args.source);
  const returned = catalog && lookupIn(source, catalog).returnedTable(args.function);
  if (!returned) return;
  const table = trackedTable(metadata, { source: args.source, table: returned });
  if (!table) {
    fail('not-exists', `function's return table ${quotedLabel(returned)} not found in the cache`, path);
  }
  const roles = PERMISSION_OPERATIONS.flatMap((operation) =>
    (table[`${operation}_permissions`] ?? []).map(({ role }) => role),
  );
  if (args.role === 'admin' || roles.includes(args.role) || isInherited(metadata, args.role)) return;
  fail(
    'not-supported',
    `function permission can only be added when the function's return table ${quotedLabel(returned)} has select ` +
      `permission configured for role: ${JSON.stringify(args.role)}`,
    path,
  );
}

/** What an inherited role may see comes from its parents, and is the compiler's to find out. */
function isInherited({ inherited_roles: roles }: Input<unknown>['metadata'], role: string): boolean {
  return roles?.some((one) => one.role_name === role) === true;
}
