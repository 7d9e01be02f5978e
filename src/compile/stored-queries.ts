// Query collections -> what is served of them (REST endpoints, the allow list), and the queries that the schema of
// `admin` does not answer.

import { allowlistText } from '../allowlist/normalize.ts';
import { openArtifact } from '../artifact/decode.ts';
import { encodeArtifact } from '../artifact/encode.ts';
import type { Allowlist, Artifact, Inconsistency, RestEndpoint, StoredQueries } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { describeUnread, diagnose } from '../introspection/diagnose.ts';
import type { TypeLookup } from '../introspection/role-types.ts';
import { lookupTypes } from '../introspection/role-types.ts';
import type { Metadata } from '../metadata/types.ts';
import { selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import { compileEndpoints } from './endpoints.ts';
import { report } from './inconsistency.ts';

/**
 * What the metadata's collections are used for; undefined when nothing is. Without collections nothing is done at all;
 * with them the types of `admin` that they name are made once.
 */
export function compileStoredQueries(
  metadata: Metadata,
  artifact: Artifact,
  inconsistencies: Inconsistency[],
): StoredQueries | undefined {
  const endpoints = compileEndpoints(metadata, inconsistencies);
  const allowlist = compileAllowlist(metadata);
  checkQueries(metadata, artifact, { endpoints, allowlist }, inconsistencies);
  return endpoints.length > 0 || metadata.allowlist?.length ? { endpoints, allowlist } : undefined;
}

/** The documents of each scope, each once and sorted. A query that is not GraphQL allows nothing. */
function compileAllowlist(metadata: Metadata): Allowlist {
  const global = new Set<string>();
  const roles = new Map<string, Set<string>>();
  for (const { collection, scope } of metadata.allowlist ?? []) {
    const texts = (metadata.query_collections ?? [])
      .filter(({ name }) => name === collection)
      .flatMap(({ definition }) => definition.queries.map(({ query }) => normalised(query)))
      .filter((text) => text !== undefined);
    const targets =
      scope && !scope.global
        ? (scope.roles ?? []).map((role) => {
            const own = roles.get(role) ?? new Set<string>();
            roles.set(role, own);
            return own;
          })
        : [global];
    for (const target of targets) for (const text of texts) target.add(text);
  }
  const sortedRoles = [...roles].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    global: [...global].sort(),
    roles: Object.fromEntries(sortedRoles.map(([role, texts]) => [role, [...texts].sort()])),
  };
}

function normalised(query: string): string | undefined {
  try {
    return allowlistText(parse(query));
  } catch (error) {
    if (error instanceof HedgeError) return undefined; // reported by `checkQueries`
    throw error;
  }
}

function checkQueries(
  metadata: Metadata,
  artifact: Artifact,
  { endpoints, allowlist }: StoredQueries,
  inconsistencies: Inconsistency[],
): void {
  const collections = metadata.query_collections ?? [];
  if (collections.every(({ definition }) => definition.queries.length === 0)) return;
  const admin = artifact.roles.filter(({ role }) => role === 'admin');
  const types = lookupTypes(openArtifact(encodeArtifact({ ...artifact, roles: admin })).role('admin'));
  const allowed = new Set([...allowlist.global, ...Object.values(allowlist.roles).flat()]);
  for (const [i, { name: collection, definition }] of collections.entries()) {
    for (const [j, stored] of definition.queries.entries()) {
      const { name, query } = stored;
      const errors = errorsOf(query, types);
      if (errors.length === 0) continue;
      // Hasura names the last error first.
      const listed = quoted(errors.toReversed());
      const users = endpoints.filter((endpoint) => endpoint.query === query).map((e) => e.name);
      report(
        inconsistencies,
        {
          type: 'query_collections',
          name: `query_collections ${name} in ${collection}`,
          definition: stored,
          path: ['query_collections', i, 'definition', 'queries', j],
        },
        `Inconsistent object: In query collection "${collection}" the query "${name}" is invalid with the following error(s): ${listed}` +
          usedBy(users) +
          (allowed.has(normalised(query) ?? '') ? '. This query is in allowlist.' : ''),
      );
    }
  }
}

function usedBy(endpoints: readonly RestEndpoint['name'][]): string {
  return endpoints.length === 0
    ? ''
    : `. This query is being used in the following REST endpoint(s): ${quoted(endpoints)}`;
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(', ');
}

/** What is wrong with a query. */
function errorsOf(query: string, types: TypeLookup): readonly string[] {
  try {
    const operation = selectOperation(parse(query), undefined);
    return diagnose(operation, types);
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    return [describeUnread(error)];
  }
}
