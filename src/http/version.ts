// GET /v1/version: the version of Hasura whose API this is, and that of this service.

import { HEDGE_VERSION } from '../hedge-version.ts';
import { jsonResponse, requestIdOf } from './respond.ts';
import type { Handler } from './types.ts';

/**
 * Hasura's command line and other tools read a Hasura version here and choose their commands by it, so they get the one
 * whose API is served. What follows the plus sign is no part of the order of versions (Semantic Versioning 2.0.0, 10).
 */
export const VERSION = `v2.48.0+hedge.${HEDGE_VERSION}`;

/** `{"version":…,"server_type":"ce"}`, public as in Hasura. */
export const versionHandler: Handler = (request) =>
  jsonResponse(JSON.stringify({ version: VERSION, server_type: 'ce' }), requestIdOf(request));
