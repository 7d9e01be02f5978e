// GET /v1/version: the version of Hasura whose API this is, and that of this service.

import { VERSION } from '../hedge-version.ts';
import { jsonResponse } from './respond.ts';
import type { Handler } from './types.ts';

/** `{"version":…,"server_type":"ce"}`, public as in Hasura. */
export const versionHandler: Handler = (exchange) =>
  jsonResponse(JSON.stringify({ version: VERSION, server_type: 'ce' }), exchange);
