// The args of the commands about native queries and logical models.

import type {
  InlineLogicalModel,
  LogicalModelField,
  LogicalModelMetadata,
  LogicalModelType,
  ManualConfiguration,
  NativeQueryMetadata,
  NativeQueryRelationship,
  PermissionEntry,
  SelectPermission,
} from '../../metadata/types.ts';
import { sourceField } from './names.ts';
import {
  bool,
  dictionary,
  failParse,
  type Fields,
  graphqlName,
  list,
  nonEmptyText,
  object,
  oneOf,
  type Parser,
  text,
} from './parse.ts';
import { selectPermission } from './permissions.ts';
import { manualConfiguration } from './relationships.ts';

export interface TrackNativeQueryArgs {
  readonly source: string;
  readonly query: NativeQueryMetadata;
}

const argument = object('NullableScalarType', (fields) => {
  const description = fields.optional('description', text);
  return {
    type: fields.required('type', nonEmptyText),
    nullable: fields.optional('nullable', bool) ?? false,
    ...(description === undefined ? {} : { description }),
  };
});

/** With `manual_configuration` around it, as tables have it, or without, as Hasura's exports have it. */
const using: Parser<ManualConfiguration> = (value, path) =>
  typeof value === 'object' && value !== null && 'manual_configuration' in value
    ? manualConfiguration(value.manual_configuration, path)
    : manualConfiguration(value, path);

const relationship: Parser<NativeQueryRelationship> = object('RelDef', (fields) => {
  const comment = fields.optional('comment', text);
  return {
    name: fields.required('name', nonEmptyText),
    using: fields.required('using', using),
    ...(comment === undefined ? {} : { comment }),
  };
});

const typeObject: Parser<LogicalModelType> = object('LogicalModelType', (fields) => {
  const scalar = fields.optional('scalar', nonEmptyText);
  const model = fields.optional('logical_model', graphqlName);
  const array = fields.optional('array', fieldType);
  const nullable = fields.optional('nullable', bool) ?? false;
  if ([scalar, model, array].filter((kind) => kind !== undefined).length !== 1)
    failParse('expecting exactly one of "scalar", "logical_model" and "array"', fields.path);
  if (scalar !== undefined) return { scalar, nullable };
  return model === undefined ? { array: array ?? '', nullable } : { logical_model: model, nullable };
});

/** `"integer"`, or `{"scalar": "integer", "nullable": true}`, … */
function fieldType(value: unknown, path: Parameters<Parser<unknown>>[1]): LogicalModelType {
  return typeof value === 'string' ? nonEmptyText(value, path) : typeObject(value, path);
}

const field: Parser<LogicalModelField> = object('LogicalModelField', (fields) => {
  const nullable = fields.optional('nullable', bool);
  const description = fields.optional('description', text);
  return {
    name: fields.required('name', nonEmptyText),
    type: fields.required('type', fieldType),
    ...(nullable === undefined ? {} : { nullable }),
    ...(description === undefined ? {} : { description }),
  };
});

const permissionEntry: Parser<PermissionEntry<SelectPermission>> = object('PermDef', (fields) => {
  const comment = fields.optional('comment', text);
  return {
    role: fields.required('role', nonEmptyText),
    permission: fields.required('permission', selectPermission),
    ...(comment === undefined ? {} : { comment }),
  };
});

/** A logical model's name, or one of the query's own. */
const returns: Parser<NativeQueryMetadata['returns']> = (value, path) =>
  typeof value === 'string' ? graphqlName(value, path) : inlineModel(value, path);

const inlineModel: Parser<InlineLogicalModel> = object('InlineLogicalModelMetadata', (fields) => {
  const permissions = fields.optional('select_permissions', list(permissionEntry)) ?? [];
  return {
    fields: fields.required('fields', list(field)),
    ...(permissions.length === 0 ? {} : { select_permissions: permissions }),
  };
});

export const trackNativeQueryArgs: Parser<TrackNativeQueryArgs> = object('TrackNativeQuery', (fields) => {
  const args = fields.optional('arguments', dictionary(argument));
  const objects = fields.optional('object_relationships', list(relationship)) ?? [];
  const arrays = fields.optional('array_relationships', list(relationship)) ?? [];
  const description = fields.optional('description', text);
  return {
    source: sourceField(fields),
    query: {
      root_field_name: fields.required('root_field_name', graphqlName),
      code: fields.required('code', text),
      returns: fields.required('returns', returns),
      ...(args === undefined ? {} : { arguments: args }),
      ...(objects.length === 0 ? {} : { object_relationships: objects }),
      ...(arrays.length === 0 ? {} : { array_relationships: arrays }),
      ...(description === undefined ? {} : { description }),
    },
  };
});

export const untrackNativeQueryArgs = object('UntrackNativeQuery', (fields) => ({
  source: sourceField(fields),
  name: fields.required('root_field_name', graphqlName),
}));

/** Of `get_native_query` and `get_logical_model`. */
export const inSourceArgs = object('Object', (fields) => ({ source: sourceField(fields) }));

export interface TrackLogicalModelArgs {
  readonly source: string;
  readonly model: LogicalModelMetadata;
}

export const trackLogicalModelArgs: Parser<TrackLogicalModelArgs> = object('TrackLogicalModel', (fields) => {
  const description = fields.optional('description', text);
  return {
    source: sourceField(fields),
    model: {
      name: fields.required('name', graphqlName),
      fields: fields.required('fields', list(field)),
      ...(description === undefined ? {} : { description }),
    },
  };
});

export const untrackLogicalModelArgs = object('UntrackLogicalModel', (fields) => ({
  source: sourceField(fields),
  name: fields.required('name', graphqlName),
}));

/** Whose permission it is: of a logical model, or of the one that a native query defines for itself. */
const permissionOwner = oneOf(
  ['logical_model', 'native_query'],
  'expecting "logical_model" or "native_query" for type',
);

export interface LogicalModelPermissionArgs {
  readonly source: string;
  readonly type: 'logical_model' | 'native_query';
  /** Of the one or the other. */
  readonly name: string;
}

export interface CreateLogicalModelPermissionArgs extends LogicalModelPermissionArgs {
  readonly entry: PermissionEntry<SelectPermission>;
}

function permissionFields(fields: Fields): LogicalModelPermissionArgs {
  return {
    source: sourceField(fields),
    type: fields.optional('type', permissionOwner) ?? 'logical_model',
    name: fields.required('name', graphqlName),
  };
}

export const createLogicalModelPermissionArgs: Parser<CreateLogicalModelPermissionArgs> = (value, path) => ({
  ...object('CreateLogicalModelPermission', permissionFields)(value, path),
  entry: permissionEntry(value, path),
});

export const dropLogicalModelPermissionArgs = object('DropLogicalModelPermission', (fields) => ({
  ...permissionFields(fields),
  role: fields.required('role', nonEmptyText),
}));
