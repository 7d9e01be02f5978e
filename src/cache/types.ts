// What answering `@cached` queries needs of its surroundings, and what it tells of an answer.

/** An answer that is kept, or a note that kept answers count no more. Times are milliseconds since 1970. */
export interface Kept {
  readonly text: string;
  /** What it says was true at this time or later. */
  readonly since: number;
  readonly until: number;
}

/** Where answers are kept; none of it need be there the next time. */
export interface AnswerStore {
  read(name: string): Promise<Kept | undefined>;
  /** @throws Error when it cannot be kept. */
  write(name: string, kept: Kept): Promise<void>;
  remove(name: string): Promise<void>;
}

/** The caching of one deployment. */
export interface Caching {
  /** Seconds an answer is kept at most. */
  readonly maxTtl: number;
  /** What answers depend on beside artifact and request: settings, and which databases the sources are. */
  readonly deployment: () => string;
  /** The store for requests to a host. */
  readonly storeFor: (host: string | null) => AnswerStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How the answer of a `@cached` query was come by. */
export interface CacheOutcome {
  /** Of this query with these variables, for this role and the session variables it uses. */
  readonly key: string;
  /** Of this query with whatever variables, for every role. */
  readonly family: string;
  /** Seconds the answer stays; null when it could not be kept, which `warning` explains. */
  readonly maxAge: number | null;
  /** In Hasura's words. */
  readonly warning: CacheWarning | null;
  /** Whether the answer depends on session variables: others of the same role may get another. */
  readonly isPersonal: boolean;
}

/** Why an answer could not be kept: it sets a cookie, there is no room, or the store failed. */
export type CacheWarning = 'response-sets-cookie' | 'cache-store-capacity-exceeded' | 'cache-store-error';
