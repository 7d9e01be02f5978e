// The headers of a call: those the metadata gives, and those of the client's request that are passed on.

import { HedgeError } from '../error/hedge-error.ts';
import { fillTemplate, variable } from './template.ts';
import type { Environment, WebhookHeader } from './types.ts';

/** Of the client's connection, or about a body that is not the call's. The first two lines are Hasura's list. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set(
  (
    'content-length content-md5 user-agent host origin referer accept accept-encoding accept-language ' +
    'accept-datetime cache-control connection dnt content-type ' +
    // RFC 9110, section 7.6.1, encodings of the client's body, and what is a condition of the client's.
    'keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade expect ' +
    'content-encoding range if-match if-none-match if-modified-since if-unmodified-since if-range'
  ).split(' '),
);

/** What is passed on under another name. */
const RENAMED: readonly (readonly [from: string, to: string])[] = [
  ['host', 'x-forwarded-host'],
  ['user-agent', 'x-forwarded-user-agent'],
  ['origin', 'x-forwarded-origin'],
];

/** Whether a header of a client's request is about more than its connection or its body. */
export function isPassedOn(name: string): boolean {
  return !NOT_PASSED_ON.has(name);
}

/** The headers of a client's request that are not about its connection or its body, but for those that `isKept` refuses. */
export function clientHeaders(client: Headers, isKept: (name: string) => boolean): Headers {
  const headers = new Headers();
  client.forEach((value, name) => {
    if (isPassedOn(name) && isKept(name)) headers.append(name, value);
  });
  return headers;
}

/** The headers of a client's request as Hasura passes them on: without secrets and session variables, `x-hasura-*`. */
export function passedOn(client: Headers): Headers {
  const headers = clientHeaders(client, (name) => !name.startsWith('x-hasura-'));
  for (const [from, to] of RENAMED) {
    const value = client.get(from);
    if (value !== null) headers.set(to, value);
  }
  return headers;
}

/**
 * Sets the metadata's headers, over what is there already.
 * @throws HedgeError `not-found` for a variable that is not set, `unexpected` for one whose value no header can have.
 */
export function setConfigured(
  headers: Headers,
  configured: readonly WebhookHeader[],
  environment: Environment,
): void {
  for (const header of configured) {
    const value =
      'value' in header
        ? fillTemplate(header.value, environment)
        : variable(header.valueFromEnv, environment);
    try {
      headers.set(header.name, value);
    } catch {
      // The reason would show the value.
      throw new HedgeError('unexpected', `the value of header '${header.name}' is not one of HTTP`);
    }
  }
}
