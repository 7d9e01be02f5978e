// What connection objects and poller objects tell each other. Both sides keep to these shapes across a deployment, while
// objects of the old and the new version are alive side by side.

/** A statement that answers many cohorts at once; see `src/sql/multiplexed.ts`. */
export interface MultiplexedStatement {
  /** Its parameters and rows: `Multiplexed` in `src/sql/multiplexed.ts`. */
  readonly text: string;
  readonly constants: readonly string[];
}

/** Subscriptions that differ only in their values: the same statement answers them. */
export interface GroupInfo {
  /** The same for the same statement, source and kind. */
  readonly key: string;
  readonly kind: 'live' | 'stream';
  readonly source: string;
  readonly statement: MultiplexedStatement;
  /** `schema.name` of the tables it reads; null when that is not known, as of views and functions. */
  readonly tables: readonly string[] | null;
  /** For those who look: the role, the root field, the operation's text. */
  readonly role: string;
  readonly field: string;
  readonly query: string;
}

/** Subscribers with the same values, who are answered by one row. */
export interface CohortInfo {
  /** Unique over all groups. Streams have one for each subscriber, since each is at a place of its own. */
  readonly key: string;
  readonly group: string;
  /** What stands in the cohort's place of `$1`; of a stream without the cursor, which comes behind. */
  readonly values: readonly string[];
  /** Of a stream: where it goes on, a text for each column. */
  readonly cursor: readonly (string | null)[] | null;
}

/** What a connection object asks a poller for. */
export interface Registration {
  /** The name of the poller that is asked. */
  readonly poller: string;
  /** What the statements were made from: `ArtifactView.digest`. */
  readonly version: string;
  readonly groups: readonly GroupInfo[];
  readonly cohorts: readonly CohortInfo[];
}

/** The outcome of a poll for one cohort. */
export type Delivery =
  | {
      readonly kind: 'result';
      readonly cohort: string;
      /** The JSON text of `data`. */
      readonly data: string;
      /** Of a live query. */
      readonly hash: string | null;
      /** Of a stream: where it goes on after this. */
      readonly cursor: readonly (string | null)[] | null;
      /** Of a stream: behind what this comes. A connection object that is elsewhere gives it back as unwanted. */
      readonly from: readonly (string | null)[] | null;
      /** Of a live query: it is for those who asked since the last one; all others have it. */
      readonly isRepeat?: boolean;
    }
  /** An error as the client may see it: `{message, extensions}` as JSON. It is sent once until a poll succeeds again. */
  | { readonly kind: 'error'; readonly cohort: string; readonly error: string };

/** The RPC of a poller object. */
export interface Poller {
  /**
   * Has the results of these cohorts sent to the connection object; asking again for one that is known is no mistake. Where
   * `version` is not that of the poller, the connection object is told that the metadata changed, and nothing else.
   */
  register(connection: string, registration: Registration): Promise<void>;
  /** Nobody behind the connection object wants these cohorts any more. */
  unregister(connection: string, cohorts: readonly string[]): Promise<void>;
  /**
   * Something was written through this service: the groups that read one of these tables run at once. Null: all of them.
   * Gives how many cohorts there are, so that a caller may save itself the next call.
   */
  nudge(source: string, tables: readonly string[] | null): Promise<number>;
  /** For `/dev/subscriptions`. */
  state(): Promise<PollerState>;
}

export interface PollerState {
  readonly groups: readonly (Omit<GroupInfo, 'statement'> & {
    readonly sql: string;
    readonly cohorts: readonly {
      readonly values: readonly string[];
      readonly connections: number;
      readonly hash: string | null;
    }[];
    /** Polls, and how many of them found something changed or failed. */
    readonly polls: number;
    readonly changes: number;
    readonly failures: number;
    /** Milliseconds the last one took. */
    readonly lastPollMs: number | null;
  })[];
  /** Statements sent to the database since the object woke: probes of what was committed, and polls. */
  readonly statements: { readonly probes: number; readonly polls: number };
}

/** The RPC of a connection object. */
export interface Connections {
  /** Sends results to the sockets that wait for them. Gives the cohorts that nobody here wants. */
  deliver(poller: string, deliveries: readonly Delivery[]): Promise<readonly string[]>;
  /** A poller lost what it knew: gives all that it should know of this object; null when that is nothing. */
  registrations(poller: string): Promise<Registration | null>;
  /** The metadata has a new version: sockets are closed with 1012, or their subscriptions planned again. */
  metadataChanged(version: string): Promise<void>;
  /** Closes the sockets whose session has this value in a variable (`x-hasura-user-id`); gives how many. */
  closeSessions(variable: string, value: string): Promise<number>;
}
