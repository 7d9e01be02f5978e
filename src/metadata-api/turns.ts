// Requests to the metadata API that arrive at once -> one after the other. Side by side they would compile the same
// metadata again and again for the one that is first, and together need more memory than an isolate has.
//
// In a worker, one request cannot rely on another to wake it: its client may hang up, and then it just stops. So each
// looks by itself whether it is its turn.

/** How often a waiting request looks. */
const LOOK_MS = 20;
/** A waiting request that has not looked for so long is gone. */
const GONE_MS = 5_000;
/** So long others wait for one that is at work: it may be gone too, or run SQL for hours. */
const MAX_TURN_MS = 30_000;

/** Does `work` when it is its turn, in the order of the calls. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface TurnsOptions {
  /** Milliseconds of some clock. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

interface Request {
  /** When it last looked; then when its turn began. */
  at: number;
}

/** Nobody waits yet. */
export function createTurns({ now, sleep }: TurnsOptions): InTurn {
  const waiting: Request[] = [];
  let working: Request | undefined;

  const isTurnOf = (request: Request): boolean => {
    while (waiting[0] !== request && now() - (waiting[0]?.at ?? 0) > GONE_MS) waiting.shift();
    return waiting[0] === request && (working === undefined || now() - working.at > MAX_TURN_MS);
  };

  return async (work) => {
    const request = { at: now() };
    waiting.push(request);
    while (!isTurnOf(request)) {
      await sleep(LOOK_MS);
      request.at = now();
      // Given up for gone by another, because something kept all of them from looking.
      if (!waiting.includes(request)) waiting.unshift(request);
    }
    waiting.shift();
    working = request;
    try {
      return await work();
    } finally {
      if (working === request) working = undefined;
    }
  };
}
