// What answering requests needs, put together once per isolate.

import type { ArtifactView } from '../artifact/decode.ts';
import type { CacheOutcome, Caching } from '../cache/types.ts';
import type { VariableRules } from '../parse/operation.ts';
import type { PlanSettings } from '../plan/context.ts';
import type { Environment } from '../webhook/types.ts';
import type { Observer } from './observer.ts';
import type { PlanCache } from './plan-cache.ts';
import type { Database } from './types.ts';

export interface Engine {
  readonly artifact: ArtifactView;
  /**
   * The database of a source.
   * @throws HedgeError `unexpected` naming the variable when its connection string is not configured.
   */
  database(source: string): Database;
  readonly settings: EngineSettings;
  /** Variables and secrets that the metadata's webhooks name. */
  readonly environment: Environment;
  /** Of this artifact and these settings only. */
  readonly plans: PlanCache;
  /** Told of what was written, where somebody listens: `schema.name` of the tables, or null where that is not known. */
  readonly written?: ((source: string, tables: readonly string[] | null) => void) | undefined;
  /** Absent where `@cached` keeps nothing. */
  readonly caching?: Caching | undefined;
}

export interface EngineSettings extends PlanSettings {
  /** HASURA_GRAPHQL_ENABLE_ALLOWLIST: roles other than `admin` may send only what the allow list holds. */
  readonly enableAllowlist: boolean;
  /** Absent: Hasura's own. */
  readonly variableRules?: VariableRules;
}

/** What the run of an operation may know of the request that brought it. Benchmarks and tests bring none. */
export interface Arrival {
  /** Of the request: webhooks may be told of them, and they may name a trace. */
  readonly headers?: Headers | undefined;
  /** Told of what the run does. */
  readonly observer?: Observer | undefined;
  /** Told of how the answer of a query with `@cached` was come by. */
  readonly noteCached?: ((outcome: CacheOutcome) => void) | undefined;
  /** Headers of the answer so far: what sets a cookie is not kept. */
  readonly reply?: readonly (readonly [name: string, value: string])[] | undefined;
}

/** A GraphQL request whose parts have the right JSON types. */
export interface GraphqlRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}
