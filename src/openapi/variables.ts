// The variables of an operation -> parameters in the path and the query string, and members of a JSON body.

import type { VariableDefinitionNode } from 'graphql';
import { print, valueFromASTUntyped } from 'graphql';

import type { TypeText } from '../introspection/types.ts';
import type { Operation } from '../parse/operation.ts';
import type { Schemas } from './schemas.ts';
import type { OpenApiOperation, Parameter, Schema } from './types.ts';

/** A variable as the operation declares it. */
interface Variable {
  readonly name: string;
  readonly type: TypeText;
  /** It has to be given. */
  readonly required: boolean;
  readonly byDefault: { readonly default: unknown } | undefined;
}

function variablesOf({ node }: Operation): readonly Variable[] {
  return (node.variableDefinitions ?? []).map(readVariable);
}

function readVariable({ variable, type, defaultValue }: VariableDefinitionNode): Variable {
  return {
    name: variable.name.value,
    type: print(type),
    required: type.kind === 'NonNullType' && !defaultValue,
    byDefault: defaultValue && { default: valueFromASTUntyped(defaultValue) },
  };
}

/** Parameters for what can be a text: every variable of the path, and scalars and enums in the query string. */
export function variableParameters(
  schemas: Schemas,
  operation: Operation,
  inPath: ReadonlySet<string>,
): readonly Parameter[] {
  const variables = variablesOf(operation);
  const declared = variables.flatMap(({ name, type, required, byDefault }): readonly Parameter[] => {
    const schema = schemas.ofText(type);
    if (inPath.has(name)) return [pathParameter(name, schema)];
    if (!schema) return [];
    const description = `_"${name}" is required (enter it either in parameters or request body)_`;
    return [
      {
        ...(required && { description }),
        in: 'query',
        name,
        required,
        schema: { ...schema, ...byDefault },
      },
    ];
  });
  // A template without its parameter is no valid document, though the endpoint refuses such a request.
  const unknown = [...inPath].filter((name) => !operation.variables.has(name));
  return [...declared, ...unknown.map((name) => pathParameter(name))];
}

function pathParameter(name: string, schema: Parameter['schema'] = { type: 'string' }): Parameter {
  const description = `_"${name}" is required as part of the path_`;
  return { description, in: 'path', name, required: true, schema };
}

/** A body with any of the variables; it must be there when one of them has to be given and fits no URL. */
export function variablesBody(
  schemas: Schemas,
  operation: Operation,
): NonNullable<OpenApiOperation['requestBody']> | undefined {
  const variables = variablesOf(operation);
  if (variables.length === 0) return undefined;
  const properties = Object.fromEntries(
    variables.map((variable) => [variable.name, bodyMember(schemas, variable)]),
  );
  return {
    description: 'Query parameters can also be provided in the request body as a JSON object',
    required: variables.some(({ required, type }) => required && !schemas.ofText(type)),
    content: { 'application/json': { schema: { type: 'object', properties } } },
  };
}

function bodyMember(schemas: Schemas, { type, byDefault }: Variable): Schema {
  const schema = schemas.of(type);
  if (!byDefault) return schema;
  // Beside a reference nothing else counts.
  return '$ref' in schema ? { allOf: [schema], ...byDefault } : { ...schema, ...byDefault };
}
