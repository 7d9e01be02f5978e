// Method and path of a request -> the REST endpoint it means, and the path's variables.

import type { RestEndpoint, StoredQueries } from '../artifact/types.ts';

export type Match =
  | {
      readonly kind: 'found';
      readonly endpoint: RestEndpoint;
      readonly variables: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'none' }
  /** The path is some endpoint's, the method is not: these would be. */
  | { readonly kind: 'other methods'; readonly methods: readonly string[] }
  | { readonly kind: 'ambiguous' };

/** Endpoints by the number of their segments, once per artifact. */
const indexes = new WeakMap<StoredQueries, ReadonlyMap<number, readonly RestEndpoint[]>>();

/**
 * The endpoint for a method and the segments behind `/api/rest/`. A segment of the endpoint that begins with `:` takes
 * any text; no endpoint goes before another, so two that take both method and path are ambiguous. A slash at the end
 * counts only where an endpoint has a variable behind it.
 */
export function matchEndpoint(
  stored: StoredQueries | undefined,
  method: string,
  segments: readonly string[],
): Match {
  if (!stored) return { kind: 'none' };
  let index = indexes.get(stored);
  if (!index) indexes.set(stored, (index = Map.groupBy(stored.endpoints, (e) => e.segments.length)));
  const candidates = (index.get(segments.length) ?? []).filter((endpoint) =>
    endpoint.segments.every((segment, i) => segment === segments[i] || segment.startsWith(':')),
  );
  const [endpoint, rival] = candidates.filter(({ methods }) => methods.includes(method));
  if (rival) return { kind: 'ambiguous' };
  if (endpoint) return { kind: 'found', endpoint, variables: pathVariables(endpoint, segments) };
  if (candidates.length === 0)
    return segments.at(-1) === '' ? matchEndpoint(stored, method, segments.slice(0, -1)) : { kind: 'none' };
  return { kind: 'other methods', methods: [...new Set(candidates.flatMap(({ methods }) => methods))] };
}

function pathVariables(endpoint: RestEndpoint, segments: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    endpoint.segments.flatMap((segment, i) =>
      segment.startsWith(':') ? [[segment.slice(1), segments[i] ?? ''] as const] : [],
    ),
  );
}
