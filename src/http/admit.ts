// A session and the number of operations it asks for -> let in, or refused by the limits of its role. Every door to
// operations asks here, before it looks at the first of them.

import type { RateLimit } from '../artifact/limits.ts';
import { limitOf } from '../artifact/limits.ts';
import type { Session } from '../auth/types.ts';
import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import { askRate } from '../limits/rate-limit.ts';
import type { AppContext, Exchange } from './types.ts';

/** What asks to be let in. */
export interface Asking {
  readonly engine: Engine;
  readonly session: Session;
  /** Operations: the members of a batch. */
  readonly count: number;
}

/** Operations of one batch, whoever asks; each may be a statement of its own. */
const MAX_BATCH = 100;

/**
 * Refuses what is more than its role may ask for; `admin` may ask for everything but batches beyond measure. Where there
 * is no rate limit nobody else is asked. Refused by one, the exchange's answer says when to come again.
 * @throws HedgeError `bad-request`, `batch-limit-exceeded`, `rate-limit-exceeded`; `invalid-configuration` where nothing
 *   can count.
 */
export async function admit(context: AppContext, exchange: Exchange, asking: Asking): Promise<void> {
  const { engine, session, count } = asking;
  const { limits } = engine.artifact.header;
  checkBatch(limitOf(limits?.batch, session.role), count);
  const limit = limitOf(limits?.rate, session.role) ?? rateOfAll(context.config, session.role);
  if (limit !== undefined && count > 0) await checkRate(context, exchange, asking, limit);
}

function checkBatch(limit: number | undefined, count: number): void {
  if (count > MAX_BATCH)
    throw new HedgeError('bad-request', `a batch may hold ${MAX_BATCH} operations, this one holds ${count}`);
  if (limit !== undefined && count > limit)
    throw new HedgeError('batch-limit-exceeded', `batch limit of ${limit} exceeded`);
}

/** What the deployment allows where the metadata says nothing. */
function rateOfAll({ rateLimitPerMinute }: Config, role: string): RateLimit | undefined {
  return rateLimitPerMinute === null || role === 'admin'
    ? undefined
    : { perMinute: rateLimitPerMinute, by: 'address' };
}

async function checkRate(
  { rates, config, log }: AppContext,
  { request, requestId, reply }: Exchange,
  { session, count }: Asking,
  limit: RateLimit,
): Promise<void> {
  if (!rates)
    throw new HedgeError('invalid-configuration', 'this service cannot count requests', {
      status: 500,
      internal:
        'a rate limit is set, but the Durable Object binding RATE_LIMITER is missing: see wrangler.toml',
    });
  const { headers } = request;
  const { unauthorizedRole } = config;
  const verdict = await askRate(rates, { limit, session, headers, count, unauthorizedRole });
  if (verdict.kind === 'wait') {
    reply.push(['retry-after', String(verdict.seconds)]);
    throw new HedgeError('rate-limit-exceeded', `rate limit of ${limit.perMinute} exceeded`);
  }
  // Open rather than closed: a limit protects the service from too many requests, not data from a wrong one.
  if (verdict.kind === 'away')
    log({
      type: 'api-limit-log',
      level: 'error',
      detail: { request_id: requestId, message: `a rate limit was not counted: ${String(verdict.error)}` },
    });
}
