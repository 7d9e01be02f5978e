// The args of the commands about functions and computed fields.

import type { ComputedFieldMetadata, FunctionConfiguration, FunctionName } from '../../metadata/types.ts';
import { qualifiedName, sourceField, tableFields } from './names.ts';
import { bool, failParse, graphqlName, nonEmptyText, object, oneOf, type Parser, text } from './parse.ts';

export interface FunctionArgs {
  readonly source: string;
  readonly function: FunctionName;
}

const customRootFields = object('Object', (fields) => {
  const fn = fields.optional('function', graphqlName);
  const aggregate = fields.optional('function_aggregate', graphqlName);
  if (fn !== undefined && fn === aggregate) {
    failParse(
      `the following custom root field names are duplicated: ${JSON.stringify(fn)} and ${JSON.stringify(aggregate)}`,
      fields.path,
    );
  }
  return {
    ...(fn === undefined ? {} : { function: fn }),
    ...(aggregate === undefined ? {} : { function_aggregate: aggregate }),
  };
});

const response = object('FunctionReturnType', (fields) => {
  const table = fields.optional('table', qualifiedName);
  const type = fields.required('type', oneOf(['table'], 'expecting "table" for the type of a response'));
  return { type, ...(table === undefined ? {} : { table }) };
});

const configuration: Parser<FunctionConfiguration> = object('FunctionConfig', (fields) => {
  const session = fields.optional('session_argument', text);
  const exposedAs = fields.optional(
    'exposed_as',
    oneOf(['query', 'mutation'], 'expecting "query" or "mutation" for exposed_as'),
  );
  const roots = fields.optional('custom_root_fields', customRootFields) ?? {};
  const customName = fields.optional('custom_name', graphqlName);
  const returns = fields.optional('response', response);
  return {
    ...(customName === undefined ? {} : { custom_name: customName }),
    ...(Object.keys(roots).length === 0 ? {} : { custom_root_fields: roots }),
    ...(exposedAs === undefined ? {} : { exposed_as: exposedAs }),
    ...(session === undefined ? {} : { session_argument: session }),
    ...(returns === undefined ? {} : { response: returns }),
  };
});

export interface TrackFunctionArgs extends FunctionArgs {
  readonly configuration: FunctionConfiguration;
  readonly comment: string | undefined;
}

const functionWithOptions: Parser<TrackFunctionArgs> = object('TrackFunctionV2', (fields) => ({
  source: sourceField(fields),
  function: fields.required('function', qualifiedName),
  configuration: fields.optional('configuration', configuration) ?? {},
  comment: fields.optional('comment', text),
}));

/** `{"function", "source", …}`, or the function's name alone as version 1 of the old command takes it. */
export const trackFunctionArgs: Parser<TrackFunctionArgs> = (value, path) =>
  isBareName(value)
    ? { source: 'default', function: qualifiedName(value, path), configuration: {}, comment: undefined }
    : functionWithOptions(value, path);

/** `{"function", "source"}`, or the function's name alone. */
export const untrackFunctionArgs: Parser<FunctionArgs> = (value, path) =>
  isBareName(value)
    ? { source: 'default', function: qualifiedName(value, path) }
    : object('UnTrackFunction', (fields) => ({
        source: sourceField(fields),
        function: fields.required('function', qualifiedName),
      }))(value, path);

/** Told apart by the key `name`, which only a name has. */
function isBareName(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && 'name' in value && !('function' in value);
}

export const setFunctionCustomizationArgs = object('set function customization', (fields) => ({
  source: sourceField(fields),
  function: fields.required('function', qualifiedName),
  configuration: fields.required('configuration', configuration),
}));

export const functionPermissionArgs = object('FunctionPermissionArgument', (fields) => ({
  function: fields.required('function', qualifiedName),
  source: sourceField(fields),
  role: fields.required('role', nonEmptyText),
}));

const computedFieldDefinition: Parser<ComputedFieldMetadata['definition']> = object(
  'ComputedFieldDefinition',
  (fields) => {
    const table = fields.optional('table_argument', text);
    const session = fields.optional('session_argument', text);
    return {
      function: fields.required('function', qualifiedName),
      ...(table === undefined ? {} : { table_argument: table }),
      ...(session === undefined ? {} : { session_argument: session }),
    };
  },
);

export const addComputedFieldArgs = object('AddComputedField', (fields) => {
  const table = tableFields(fields);
  const name = fields.required('name', nonEmptyText);
  const definition = fields.required('definition', computedFieldDefinition);
  const comment = fields.optional('comment', text);
  const field: ComputedFieldMetadata = { name, definition, ...(comment === undefined ? {} : { comment }) };
  return { ...table, field };
});

export const dropComputedFieldArgs = object('DropComputedField', (fields) => ({
  ...tableFields(fields),
  name: fields.required('name', nonEmptyText),
  cascade: fields.optional('cascade', bool) ?? false,
}));
