// A role and the document it sends -> allowed, or Hasura's error.

import type { DocumentNode } from 'graphql';

import type { StoredQueries } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { allowlistText } from './normalize.ts';

interface Allowed {
  readonly global: ReadonlySet<string>;
  readonly roles: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The texts as sets, once per artifact. */
const sets = new WeakMap<StoredQueries, Allowed>();

/**
 * Lets `admin` send anything, and other roles what is allowed to all or to them.
 * @throws HedgeError `validation-failed` at `$`.
 */
export function checkAllowlist(
  stored: StoredQueries | undefined,
  role: string,
  document: DocumentNode,
): void {
  if (role === 'admin') return;
  if (stored) {
    const { global, roles } = allowedBy(stored);
    const text = allowlistText(document);
    if (global.has(text) || roles.get(role)?.has(text)) return;
  }
  throw new HedgeError('validation-failed', 'query is not allowed');
}

function allowedBy(stored: StoredQueries): Allowed {
  let allowed = sets.get(stored);
  if (!allowed) {
    const { global, roles } = stored.allowlist;
    allowed = {
      global: new Set(global),
      roles: new Map(Object.entries(roles).map(([role, texts]) => [role, new Set(texts)])),
    };
    sets.set(stored, allowed);
  }
  return allowed;
}
