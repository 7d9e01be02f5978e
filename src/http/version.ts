// GET /v1/version: the version of this service.

import { jsonResponse, requestIdOf } from './respond.ts';
import type { Handler } from './types.ts';

/** The version in package.json, which would bring all of itself into the bundle. */
export const VERSION = '0.1.0';

/** `{"version":…,"server_type":"ce"}`, public as in Hasura. */
export const versionHandler: Handler = (request) =>
  jsonResponse(JSON.stringify({ version: VERSION, server_type: 'ce' }), requestIdOf(request));
