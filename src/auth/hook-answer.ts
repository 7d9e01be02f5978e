// What the authentication webhook answered -> role, session variables and how long they hold, or Hasura's error.

import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import { unreachable } from '../util/assert.ts';
import type { WebhookAnswer } from '../webhook/call.ts';
import { isNotStored, maxAgeMs } from './cache-control.ts';
import { SECRET_HEADERS } from './session.ts';

/** What a webhook vouches for. */
export interface HookAnswer {
  readonly role: string;
  /** Lower-case `x-hasura-…` names to values. */
  readonly variables: ReadonlyMap<string, string>;
  /** In milliseconds since 1970; null where the webhook sets no end. */
  readonly expiresAt: number | null;
  /** Whether the webhook need not be asked again until then. */
  readonly mayBeRemembered: boolean;
}

/**
 * Reads an answer.
 * @throws HedgeError `access-denied` for status 401, `invalid-params` for a session without a role, `unexpected` for
 *   everything else that is no JSON object of texts with status 200.
 */
export function readHookAnswer(answer: WebhookAnswer, now: number): HookAnswer {
  switch (answer.kind) {
    case 'failed':
      throw new HedgeError('unexpected', 'webhook authentication request failed');
    case 'answered':
      if (answer.status === 401)
        throw new HedgeError('access-denied', 'Authentication hook unauthorized this request');
      if (answer.status !== 200 || answer.body === null) throw invalid();
      return sessionOf(textsOf(answer.body), now);
    default:
      return unreachable(answer);
  }
}

function sessionOf(texts: readonly (readonly [string, string])[], now: number): HookAnswer {
  const variables = new Map<string, string>();
  let cacheControl: string | undefined;
  let expires: string | undefined;
  for (const [name, value] of texts) {
    const lower = name.toLowerCase();
    if (lower === 'cache-control') cacheControl = value;
    else if (lower === 'expires') expires = value;
    if (!lower.startsWith('x-hasura-') || SECRET_HEADERS.has(lower)) continue;
    // Names differ in their case alone: which one is meant?
    if (variables.has(lower)) throw invalid(`${lower} is there twice`);
    variables.set(lower, value);
  }
  const role = variables.get('x-hasura-role');
  if (!role) throw new HedgeError('invalid-params', 'x-hasura-role not found in session variables');
  const expiresAt = endOf(cacheControl, expires, now);
  return {
    role,
    variables,
    expiresAt,
    mayBeRemembered: expiresAt !== null && !(cacheControl !== undefined && isNotStored(cacheControl)),
  };
}

/** What cannot be read sets no end, as in Hasura. */
function endOf(cacheControl: string | undefined, expires: string | undefined, now: number): number | null {
  const age = cacheControl === undefined ? undefined : maxAgeMs(cacheControl);
  if (age !== undefined) return now + age;
  const at = expires === undefined ? Number.NaN : Date.parse(expires);
  return Number.isNaN(at) ? null : at;
}

/** @throws HedgeError in the words of Hasura's JSON reader. */
function textsOf(body: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw invalid('Error in $: not a valid json value');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(
      `Error in $: parsing HashMap ~Text failed, expected Object, but encountered ${jsonKind(value)}`,
    );
  return Object.entries(value).map(([name, text]: [string, unknown]) => {
    if (typeof text === 'string') return [name, text];
    throw invalid(
      `Error in ${placeOf(name)}: parsing Text failed, expected String, but encountered ${jsonKind(text)}`,
    );
  });
}

function placeOf(name: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name)
    ? `$.${name}`
    : `$['${name.replaceAll(/['\\]/g, (character) => `\\${character}`)}']`;
}

function invalid(why?: string): HedgeError {
  const message = 'Invalid response from authorization hook';
  return new HedgeError('unexpected', why === undefined ? message : `${message}: ${why}`);
}
