// What the endpoints are given: the engine, who may come in, settings, and the way out to assets and the log.

import type { Authenticate } from '../auth/authenticate.ts';
import type { Config } from '../config/types.ts';
import type { Engine } from '../execute/engine.ts';

/** Writes one line of JSON. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void;

/** The static files of the console, as the binding gives them. */
export interface Assets {
  fetch(request: Request): Promise<Response>;
}

export interface AppContext {
  readonly engine: Engine;
  readonly authenticate: Authenticate;
  readonly config: Config;
  /** Absent where no assets are deployed: the console is not there then. */
  readonly assets?: Assets | undefined;
  readonly log: Log;
}

/** Answers one request; `waitUntil` keeps the runtime awake for work that outlives the answer. */
export type Handler = (
  request: Request,
  waitUntil: (promise: Promise<unknown>) => void,
) => Response | Promise<Response>;
