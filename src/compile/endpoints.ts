// The metadata's REST endpoints -> those that can be served, with their queries; what is wrong with the others.

import type { OperationDefinitionNode } from 'graphql';
import { Kind, OperationTypeNode } from 'graphql/language';

import type { Inconsistency, RestEndpoint } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { CollectedQuery, RestEndpointMetadata } from '../metadata/section-types.ts';
import type { Metadata } from '../metadata/types.ts';
import { parse } from '../parse/parse.ts';
import type { MetadataObject } from './inconsistency.ts';
import { attempt, refuse, report } from './inconsistency.ts';

/**
 * Endpoints sorted by name. Paths that cannot be matched are left out; two that match one request stay, and such a
 * request is refused when it comes.
 */
export function compileEndpoints(
  metadata: Metadata,
  inconsistencies: Inconsistency[],
): readonly RestEndpoint[] {
  const compiled = (metadata.rest_endpoints ?? []).flatMap((endpoint, index) => {
    const object = endpointObject(endpoint, index);
    const query = attempt(inconsistencies, object, () => collectedQuery(metadata, endpoint));
    const segments = endpoint.url.split('/');
    const { name, url, methods, comment } = endpoint;
    const before = inconsistencies.length;
    const variables = segments.filter(isVariable);
    if (new Set(variables).size < variables.length)
      report(inconsistencies, object, `Duplicate variables found in endpoint path: ${url}`);
    if (segments.some((segment) => segment === '' || segment === ':'))
      report(inconsistencies, object, `Empty segments or unnamed variables are not allowed: ${url}`);
    if (query === null || inconsistencies.length > before) return [];
    return [{ object, url, endpoint: { name, segments, methods, query, ...(comment && { comment }) } }];
  });
  const sorted = compiled.sort((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : 1));
  for (const one of sorted) {
    const rivals = sorted.filter((other) => other === one || overlap(one.endpoint, other.endpoint));
    if (rivals.length > 1)
      report(inconsistencies, one.object, `Ambiguous URL paths: ${rivals.map((r) => r.url).join(', ')}`);
  }
  return sorted.map(({ endpoint }) => endpoint);
}

/** The endpoint as Hasura lists it when something is wrong with it. */
function endpointObject(endpoint: RestEndpointMetadata, index: number): MetadataObject {
  const { name, url, methods, definition, comment } = endpoint;
  return {
    type: 'rest_endpoint',
    name: `rest_endpoint ${name}`,
    definition: { definition, url, methods, name, comment: comment ?? null },
    path: ['rest_endpoints', index],
  };
}

function collectedQuery(metadata: Metadata, { definition }: RestEndpointMetadata): string {
  const { collection_name: collectionName, query_name: queryName } = definition.query;
  const collection = metadata.query_collections?.find(({ name }) => name === collectionName);
  if (!collection) refuse(`collection with name "${collectionName}" does not exist`);
  const collected = collection.definition.queries.find(({ name }) => name === queryName);
  if (!collected) refuse(`query with name "${queryName}" does not exist in collection "${collectionName}"`);
  checkOperation(collected);
  return collected.query;
}

/** Refuses what is not one query or mutation; fragments may stand beside it. */
function checkOperation({ name, query }: CollectedQuery): void {
  const operations = operationsOf(query);
  if (!operations) return;
  if (operations.length === 0) refuse(`query with name "${name}" has no definitions.`);
  if (operations.length > 1) refuse(`query with name "${name}" has multiple definitions.`);
  if (operations[0]?.operation === OperationTypeNode.SUBSCRIPTION)
    refuse(`query with name "${name}" is a subscription`);
}

/** Undefined for what is not GraphQL, which is reported with its collection. */
function operationsOf(query: string): readonly OperationDefinitionNode[] | undefined {
  try {
    return parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch (error) {
    if (error instanceof HedgeError) return undefined;
    throw error;
  }
}

/** Whether one request can match both. */
function overlap(one: RestEndpoint, other: RestEndpoint): boolean {
  return (
    one.segments.length === other.segments.length &&
    one.methods.some((method) => other.methods.includes(method)) &&
    one.segments.every((segment, i) => {
      const rival = other.segments[i] ?? '';
      return segment === rival || isVariable(segment) || isVariable(rival);
    })
  );
}

function isVariable(segment: string): boolean {
  return segment.startsWith(':');
}
