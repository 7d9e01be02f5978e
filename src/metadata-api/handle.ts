// A request to the metadata API -> its answer: the commands run on a working copy, which is stored at the end as one
// new version, or thrown away.

import { HedgeError } from '../error/hedge-error.ts';
import { type MetadataRequest, readMetadataRequest } from './envelope.ts';
import type { MetadataApi } from './metadata-api.ts';
import { runCommand } from './run-command.ts';
import { versionConflict } from './store/store.ts';
import type { MetadataEndpoint } from './types.ts';
import { openWork } from './work.ts';

/** Requests that need not wait for others: they compile nothing, or SQL that takes long before they do. */
const BESIDE_OTHERS: ReadonlySet<string> = new Set([
  'run_sql',
  'pg_run_sql',
  'concurrent_bulk',
  'export_metadata',
  'get_catalog_state',
  'set_catalog_state',
]);

/** How often a request is tried again because another one stored a version first. */
const MAX_TRIES = 5;

/**
 * Answers the body of a request with plain JSON. A failed request leaves the metadata as it was; statements that
 * run_sql committed before stay, see docs/run-sql.md.
 * @throws HedgeError in Hasura's words; `conflict` when the client named a version that is not the current one, or when
 * other writers were first again and again.
 */
export async function handleMetadataRequest(
  api: MetadataApi,
  endpoint: MetadataEndpoint,
  body: unknown,
): Promise<unknown> {
  const request = readMetadataRequest(body, endpoint);
  const answer = (): Promise<unknown> => answerRequest(api, request);
  return await (BESIDE_OTHERS.has(request.command.type) ? answer() : api.inTurn(answer));
}

async function answerRequest(
  api: MetadataApi,
  { command, resourceVersion }: MetadataRequest,
): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    const work = await openWork(api);
    if (resourceVersion !== undefined && resourceVersion !== work.resourceVersion) {
      throw versionConflict(resourceVersion);
    }
    try {
      const answer = await runCommand({ api, work }, command);
      await work.store();
      return answer;
    } catch (error) {
      // A client that named no version wants its change on top of whatever is there, unless SQL already ran for it.
      const isConflict = error instanceof HedgeError && error.code === 'conflict';
      if (!isConflict || resourceVersion !== undefined || work.hasEffects() || tries >= MAX_TRIES)
        throw error;
    }
  }
}
