// A REST endpoint and its operation -> its path in OpenAPI's notation, and what each of its methods takes and answers.

import type { RestEndpoint } from '../artifact/types.ts';
import type { Operation } from '../parse/operation.ts';
import { responseProperties } from './response.ts';
import type { Schemas } from './schemas.ts';
import type { OpenApiOperation, Parameter } from './types.ts';
import { variableParameters, variablesBody } from './variables.ts';

/** Methods whose requests have a body that means something. */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
/** What would mean something else in a path of OpenAPI, or in a URL. */
const SPECIAL = /[{}?#]/g;

/** `/api/rest/users/{id}`. */
export function endpointPath({ segments }: RestEndpoint): string {
  const parts = segments.map((segment) => {
    const variable = pathVariable(segment);
    return variable === undefined ? segment.replaceAll(SPECIAL, encodeURIComponent) : `{${variable}}`;
  });
  return `/api/rest/${parts.join('/')}`;
}

function pathVariable(segment: string): string | undefined {
  return segment.startsWith(':') ? segment.slice(1) : undefined;
}

/** An endpoint's operation, and who is told of it. */
export interface EndpointContext {
  readonly schemas: Schemas;
  readonly operation: Operation;
  /** Headers by which a caller says who they are. */
  readonly headers: readonly Parameter[];
}

/** What each method of an endpoint takes and answers, by method in lower case. */
export function endpointOperations(
  endpoint: RestEndpoint,
  { schemas, operation, headers }: EndpointContext,
): readonly (readonly [method: string, OpenApiOperation])[] {
  const { name, comment, query, methods, segments } = endpoint;
  const path = endpointPath(endpoint);
  const inPath = new Set(segments.flatMap((segment) => pathVariable(segment) ?? []));
  const parameters = [...headers, ...variableParameters(schemas, operation, inPath)];
  // Not made where it is not wanted: it refers to components.
  const requestBody = methods.some((method) => WITH_BODY.has(method)) && variablesBody(schemas, operation);
  const root = schemas.types.get(`${operation.node.operation}_root`);
  const properties = root?.kind === 'OBJECT' ? responseProperties(schemas, operation, root) : {};
  const text = `***\nThe GraphQl query for this endpoint is:\n\`\`\` graphql\n${query}\n\`\`\``;
  return methods.map((method) => [
    method.toLowerCase(),
    {
      summary: name,
      description: comment ? `${comment}\n${text}` : text,
      parameters,
      ...(requestBody && WITH_BODY.has(method) && { requestBody }),
      responses: {
        200: {
          description: `Responses for ${method} ${path}`,
          content: { 'application/json': { schema: { properties } } },
        },
      },
    },
  ]);
}
