// Who asks, and how much -> let through, or told to wait.

import type { RateLimit } from '../artifact/limits.ts';
import type { Session } from '../auth/types.ts';
import { unreachable } from '../util/assert.ts';
import { sha256Hex } from '../util/sha256.ts';
import { within } from '../util/within.ts';
import { addressOf } from './address.ts';

/** Counts turns, for the whole deployment. */
export interface RateStore {
  /**
   * Takes turns of a client whose minute may see `perMinute`; gives 0, or the seconds until there is room.
   * @throws whatever keeps it from answering; with `overloaded` when it was asked too often.
   */
  take(client: string, perMinute: number, count: number): Promise<number>;
}

export interface RateQuestion {
  readonly limit: RateLimit;
  readonly session: Session;
  readonly headers: Headers;
  /** Operations that are asked for. */
  readonly count: number;
  /** Its session variables are whatever a client says, so its clients are told apart by address. */
  readonly unauthorizedRole: string | null;
}

export type RateVerdict =
  | { readonly kind: 'room' }
  | { readonly kind: 'wait'; readonly seconds: number }
  /** Nobody could be asked. */
  | { readonly kind: 'away'; readonly error: unknown };

/** How long the store may take. */
const TIMEOUT_MS = 1000;

/** Asks the store. One that is asked too often by a client is as good as its refusal. */
export async function askRate(store: RateStore, question: RateQuestion): Promise<RateVerdict> {
  const { limit, count } = question;
  try {
    // Names of objects are shown to whoever may look at the deployment; who asks is nobody's business there.
    const taken = store.take(await sha256Hex(clientOf(question)), limit.perMinute, count);
    const seconds = await within(
      taken,
      TIMEOUT_MS,
      () => new Error(`the store did not answer within ${TIMEOUT_MS} ms`),
    );
    return seconds === 0 ? { kind: 'room' } : { kind: 'wait', seconds };
  } catch (error) {
    const isOverloaded = error instanceof Error && 'overloaded' in error && error.overloaded === true;
    return isOverloaded ? { kind: 'wait', seconds: 1 } : { kind: 'away', error };
  }
}

/** The client a limit counts for: its role, and what tells clients of the role apart. */
export function clientOf({ limit, session, headers, unauthorizedRole }: Omit<RateQuestion, 'count'>): string {
  const { role } = session;
  const by = typeof limit.by === 'object' && role === unauthorizedRole ? 'address' : limit.by;
  switch (by) {
    case 'role':
      return JSON.stringify([role]);
    case 'address':
      return JSON.stringify([role, addressOf(headers)]);
    default:
      return typeof by === 'object'
        ? JSON.stringify([role, by.map((name) => [name, session.variables.get(name) ?? null])])
        : unreachable(by);
  }
}
