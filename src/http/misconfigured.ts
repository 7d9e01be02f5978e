// A configuration that cannot be used -> the answer to every request until it is put right.

import { HedgeError } from '../error/hedge-error.ts';
import { exchangeOf } from './exchange.ts';
import { errorResponse, graphqlErrorText, jsonResponse } from './respond.ts';
import type { Service } from './types.ts';

/** Answers 500 with `message`, which names settings and never shows their values. */
export function misconfiguredHandler(message: string): Service {
  const error = new HedgeError('invalid-configuration', message, { status: 500 });
  return (request, waitUntil) => {
    const exchange = exchangeOf(request, waitUntil, false);
    return new URL(request.url).pathname === '/v1/graphql'
      ? jsonResponse(graphqlErrorText(error, false), exchange, error.status)
      : errorResponse(error, exchange);
  };
}
