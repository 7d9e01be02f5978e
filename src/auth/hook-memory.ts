// Sessions that the authentication webhook gave lately, by a digest of all it was told: it need not be asked again.

import type { Session } from './types.ts';

/** Sessions kept per isolate; of more, the oldest goes. */
const MAX_SESSIONS = 1000;

/** Sessions until they expire. */
export interface HookMemory {
  /** Undefined when the webhook has to be asked. */
  get(key: string): Session | undefined;
  set(key: string, session: Session): void;
}

/** An empty memory. It lives in the isolate: sessions are not written to where others could read them. */
export function hookMemory(now: () => number): HookMemory {
  const sessions = new Map<string, Session>();
  return {
    get(key) {
      const session = sessions.get(key);
      if (!session || (session.expiresAt ?? 0) > now()) return session;
      sessions.delete(key);
      return undefined;
    },
    set(key, session) {
      sessions.set(key, session);
      if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value as string);
    },
  };
}
