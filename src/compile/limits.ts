// The metadata's `api_limits` and `graphql_schema_introspection` -> what of them counts.

import type { RateLimit, RequestLimits, RoleLimits } from '../artifact/limits.ts';
import type { ApiLimits, Limit, RateLimit as RateLimitMetadata } from '../metadata/section-types.ts';
import type { Metadata } from '../metadata/types.ts';

/** The limits that are on; undefined when there are none. */
export function compileLimits({ api_limits: given }: Metadata): RequestLimits | undefined {
  if (given === undefined || given.disabled === true) return undefined;
  const limits = {
    depth: roleLimits(given.depth_limit),
    nodes: roleLimits(given.node_limit),
    time: roleLimits(given.time_limit),
    batch: roleLimits(given.batch_limit),
    rate: roleLimits(given.rate_limit, rateLimit),
  };
  const on = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return on.length === 0 ? undefined : (Object.fromEntries(on) as RequestLimits);
}

/** Roles whose schema has no `__schema` and `__type`; undefined when there are none. */
export function compileIntrospection({
  graphql_schema_introspection: options,
}: Metadata): readonly string[] | undefined {
  const roles = [...new Set(options?.disabled_for_roles)].sort();
  return roles.length === 0 ? undefined : roles;
}

function roleLimits(limit: ApiLimits['depth_limit']): RoleLimits<number> | undefined;
function roleLimits<T, M>(limit: Limit<M> | undefined, compiled: (value: M) => T): RoleLimits<T> | undefined;
function roleLimits(
  limit: Limit<unknown> | undefined,
  compiled: (value: unknown) => unknown = (value) => value,
): RoleLimits<unknown> | undefined {
  if (limit === undefined || limit.state === 'disabled') return undefined;
  const roles = Object.entries(limit.per_role ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (limit.global === undefined && roles.length === 0) return undefined;
  return {
    ...(limit.global !== undefined && { global: compiled(limit.global) }),
    ...(roles.length > 0 && {
      roles: Object.fromEntries(roles.map(([role, value]) => [role, compiled(value)])),
    }),
  };
}

function rateLimit({ max_reqs_per_min: perMinute, unique_params: params }: RateLimitMetadata): RateLimit {
  if (params === undefined) return { perMinute, by: 'role' };
  if (typeof params === 'string') return { perMinute, by: 'address' };
  const names = [...new Set(params.map((name) => name.toLowerCase()))].sort();
  return { perMinute, by: names.length === 0 ? 'role' : names };
}
