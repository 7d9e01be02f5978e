// The args of the commands about permissions of tables.

import type {
  BooleanExpression,
  DeletePermission,
  InsertPermission,
  PermissionEntry,
  SelectPermission,
  UpdatePermission,
} from '../../metadata/types.ts';
import { columnSet, type TableArgs, tableFields } from './names.ts';
import {
  anything,
  bool,
  dictionary,
  failParse,
  type Fields,
  int,
  list,
  nonEmptyText,
  object,
  objectOf,
  oneOf,
  type Parser,
  record,
  text,
} from './parse.ts';

/** A permission of one operation. */
export interface Permissions {
  readonly select: SelectPermission;
  readonly insert: InsertPermission;
  readonly update: UpdatePermission;
  readonly delete: DeletePermission;
}

export type Operation = keyof Permissions;

export interface CreatePermissionArgs<P> extends TableArgs {
  readonly entry: PermissionEntry<P>;
}

/** Its keys and operands are the compiler's matter. */
const booleanExpression: Parser<BooleanExpression> = objectOf('boolean expression');

const presets = dictionary(anything);

function rootFields<const F extends string>(names: readonly F[]): Parser<F[]> {
  return list(oneOf(names, `expecting one of ${names.map((name) => JSON.stringify(name)).join(', ')}`));
}

/** A permission to select, of a table or of a logical model. */
export const selectPermission: Parser<SelectPermission> = object('SelPerm', (fields) => {
  const columns = fields.required('columns', columnSet);
  const computed = fields.optional('computed_fields', list(nonEmptyText)) ?? [];
  const filter = fields.required('filter', booleanExpression);
  const limit = fields.optional('limit', int);
  const aggregations = fields.optional('allow_aggregations', bool) ?? false;
  const query = fields.optional(
    'query_root_fields',
    rootFields(['select', 'select_by_pk', 'select_aggregate']),
  );
  const subscription = fields.optional(
    'subscription_root_fields',
    rootFields(['select', 'select_by_pk', 'select_aggregate', 'select_stream']),
  );
  return {
    columns,
    ...(computed.length === 0 ? {} : { computed_fields: computed }),
    filter,
    ...(limit === undefined ? {} : { limit }),
    ...(aggregations ? { allow_aggregations: true } : {}),
    ...(query === undefined ? {} : { query_root_fields: query }),
    ...(subscription === undefined ? {} : { subscription_root_fields: subscription }),
  };
});

/** What every permission to write may say beside its rows and columns. */
function writing(fields: Fields) {
  const backendOnly = fields.optional('backend_only', bool) ?? false;
  const validate = fields.optional('validate_input', validateInput);
  return {
    ...(backendOnly ? { backend_only: true as const } : {}),
    ...(validate === undefined ? {} : { validate_input: validate }),
  };
}

const header = object('HeaderConf', (fields) => {
  const name = fields.required('name', text);
  const value = fields.optional('value', text);
  const fromEnv = fields.optional('value_from_env', text);
  if (value !== undefined && fromEnv !== undefined) {
    return failParse('expecting only one of value or value_from_env keys', fields.path);
  }
  if (value !== undefined) return { name, value };
  return fromEnv === undefined
    ? failParse('expecting value or value_from_env keys', fields.path)
    : { name, value_from_env: fromEnv };
});

const validateInput = object('ValidateInput', (fields) => ({
  type: fields.required('type', oneOf(['http'], 'expecting "http" for the type of validate_input')),
  definition: fields.required(
    'definition',
    object('ValidateInputHttpDefinition', (definition) => {
      const headers = definition.optional('headers', list(header));
      const forward = definition.optional('forward_client_headers', bool);
      const timeout = definition.optional('timeout', int);
      return {
        url: definition.required('url', text),
        ...(headers === undefined ? {} : { headers }),
        ...(forward === undefined ? {} : { forward_client_headers: forward }),
        ...(timeout === undefined ? {} : { timeout }),
      };
    }),
  ),
}));

const insert: Parser<InsertPermission> = object('InsPerm', (fields) => {
  const check = fields.required('check', booleanExpression);
  const set = fields.optional('set', presets);
  const columns = fields.optional('columns', columnSet);
  return {
    check,
    ...(set === undefined ? {} : { set }),
    ...(columns === undefined ? {} : { columns }),
    ...writing(fields),
  };
});

const update: Parser<UpdatePermission> = object('UpdPerm', (fields) => {
  const columns = fields.required('columns', columnSet);
  const set = fields.optional('set', presets);
  const filter = fields.required('filter', booleanExpression);
  const check = fields.optional('check', booleanExpression);
  return {
    columns,
    ...(set === undefined ? {} : { set }),
    filter,
    // Hasura keeps the null of an update without check.
    check: check ?? null,
    ...writing(fields),
  };
});

const remove: Parser<DeletePermission> = object('DelPerm', (fields) => ({
  filter: fields.required('filter', booleanExpression),
  ...writing(fields),
}));

function createArgs<P>(permission: Parser<P>): Parser<CreatePermissionArgs<P>> {
  const entry = record('Hasura.RQL.Types.Permission.PermDef(PermDef)', (fields) => {
    const role = fields.required('role', nonEmptyText);
    const read = fields.required('permission', permission);
    const comment = fields.optional('comment', text);
    return { role, permission: read, ...(comment === undefined ? {} : { comment }) };
  });
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return failParse("expecting an Object with key 'table'", path);
    }
    return { ...object('WithTable', tableFields)(value, path), entry: entry(value, path) };
  };
}

export const CREATE_PERMISSION_ARGS: {
  readonly [O in Operation]: Parser<CreatePermissionArgs<Permissions[O]>>;
} = {
  select: createArgs(selectPermission),
  insert: createArgs(insert),
  update: createArgs(update),
  delete: createArgs(remove),
};

export const dropPermissionArgs = object('DropPerm', (fields) => ({
  ...tableFields(fields),
  role: fields.required('role', nonEmptyText),
}));

export const setPermissionCommentArgs = object('SetPermComment', (fields) => ({
  ...tableFields(fields),
  role: fields.required('role', nonEmptyText),
  operation: fields.required(
    'permission',
    oneOf<Operation>(
      ['insert', 'select', 'update', 'delete'],
      "perm_type should be one of 'insert', 'select', 'update', 'delete'",
    ),
  ),
  comment: fields.optional('comment', text),
}));
