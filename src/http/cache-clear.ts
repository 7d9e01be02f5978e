// POST /pro/cache/clear -> the answers of `@cached` queries that are kept count no more: all of them, one, or a family.

import type { Caching } from '../cache/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { couldBeForeign, refuseForeignPages } from './foreign.ts';
import { adminHandler } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

/** Administrators only. `?key=` and `?family=` take what the headers of an answer said; without them all is cleared. */
export function cacheClearHandler(context: AppContext): Handler {
  return adminHandler(context, async ({ request, waitUntil }) => {
    refuseForeignPages(request.headers, context.config);
    if (couldBeForeign(request))
      throw new HedgeError(
        'not-supported',
        'send Content-Type: application/json, or an Authorization header',
        {
          status: 403,
        },
      );
    const { caching } = await context.engine(waitUntil);
    if (!caching) throw new HedgeError('not-supported', 'nothing is cached here');
    await clear(caching, request);
    return '{"message":"success"}';
  });
}

async function clear(caching: Caching, request: Request): Promise<void> {
  const { searchParams } = new URL(request.url);
  const keys = searchParams.getAll('key').map(hash);
  const families = searchParams.getAll('family').map(hash);
  const unknown = [...searchParams.keys()].find((name) => name !== 'key' && name !== 'family');
  if (unknown !== undefined)
    throw new HedgeError('bad-request', `"${unknown}" is neither "key" nor "family"`);
  const { clearCached } = await import('../cache/cached-text.ts');
  const host = request.headers.get('host');
  if (keys.length + families.length === 0) return await clearCached(caching, host, { kind: 'all' });
  for (const key of keys) await clearCached(caching, host, { kind: 'key', key });
  for (const family of families) await clearCached(caching, host, { kind: 'family', family });
}

/** @throws HedgeError `bad-request` for what no header can have said: a typing error would clear nothing unnoticed. */
function hash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new HedgeError('bad-request', 'a key is 64 hexadecimal digits, as the headers of an answer give it');
}
