// What the endpoints are given: the engine, who may come in, settings, and the way out to assets and the log.

import type { Authenticate } from '../auth/authenticate.ts';
import type { Session } from '../auth/types.ts';
import type { Config } from '../config/types.ts';
import type { Engine } from '../execute/engine.ts';
import type { RateStore } from '../limits/rate-limit.ts';
import type { Poller } from '../live/types.ts';
import type { MetadataEndpoint } from '../metadata-api/types.ts';
import type { Log } from '../telemetry/log.ts';
import type { RequestRecord } from './request-record.ts';

/** The static files of the console, as the binding gives them. */
export interface Assets {
  fetch(request: Request): Promise<Response>;
}

/** Keeps the runtime awake for work that outlives the answer. */
export type WaitUntil = (promise: Promise<unknown>) => void;

export interface AppContext {
  /**
   * The engine of the metadata that is served now: one and the same where the artifact is part of the bundle, the
   * newest known one in live mode. A request asks once and uses what it got to its end, so that it never sees two
   * versions.
   * @throws HedgeError when there is none yet because the metadata database cannot be reached.
   */
  engine(waitUntil: WaitUntil): Engine | Promise<Engine>;
  /** The same, after asking for a newer one: for what lives longer than a request. @throws HedgeError as `engine`. */
  newestEngine(): Promise<Engine>;
  /**
   * Answers a command of the metadata API, the body parsed and the caller known to be an administrator.
   * @throws HedgeError in Hasura's words.
   */
  metadata(endpoint: MetadataEndpoint, body: unknown, waitUntil: WaitUntil): Promise<unknown>;
  readonly authenticate: Authenticate;
  readonly config: Config;
  /** Counts for rate limits; absent where the deployment has no binding for it. */
  readonly rates?: RateStore | undefined;
  /** The connection object of a name; absent where the deployment has no binding for it. */
  readonly connections?: ((name: string) => { fetch(request: Request): Promise<Response> }) | undefined;
  /** Closes the sockets whose session has this value in a variable; gives how many. Absent without the binding. */
  readonly closeSessions?: ((variable: string, value: string) => Promise<number>) | undefined;
  /** The poller objects of a source; absent where the deployment has no binding for them. */
  readonly pollersOf?: ((source: string) => readonly Pick<Poller, 'state'>[]) | undefined;
  /** Absent where no assets are deployed: the console is not there then. */
  readonly assets?: Assets | undefined;
  readonly log: Log;
}

/** One request on its way to its answer. */
export interface Exchange {
  readonly request: Request;
  /** Under which it is logged: the client's `x-request-id`, else a new one. */
  readonly requestId: string;
  readonly waitUntil: WaitUntil;
  /** Who asks, once that is known. */
  session: Session | undefined;
  /** Headers of the answer beside those that every answer has. */
  readonly reply: [name: string, value: string][];
  /** What its line in the http-log will tell; undefined where none of it is logged. */
  readonly record: RequestRecord | undefined;
}

/** Answers one request. */
export type Handler = (exchange: Exchange) => Response | Promise<Response>;

/** All handlers together, with what is around them. */
export type Service = (request: Request, waitUntil: WaitUntil) => Response | Promise<Response>;
