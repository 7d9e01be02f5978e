// The environment of one profile -> a live worker on a port of 127.0.0.1, for the conformance runner's `--start`.

import { bundleWorker } from '../bundle/bundle-worker.ts';
import { runWorker } from '../bundle/run-worker.ts';
import { assertHealthy } from '../cli/healthy.ts';
import { listenForShutdown } from '../cli/shutdown.ts';
import { UserError } from '../database/user-error.ts';
import { startNeonEndpoint } from '../neon/endpoint.ts';

/** What the cases' metadata may name with `from_env` or `{{…}}`: settings, and where the auxiliary servers are. */
const PASSED_ON = /^(HASURA_GRAPHQL|HEDGE|ACTION|EVENT|REMOTE_SCHEMAS|GRAPHQL_SERVICE|SCHEDULED_TRIGGERS)_/;

const shutdown = listenForShutdown();
let exitCode = 0;
try {
  await Promise.race([start(), shutdown.requested]);
  await shutdown.requested;
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  exitCode = 1;
} finally {
  await shutdown.stopAll();
}
process.exit(exitCode);

async function start(): Promise<void> {
  const port = Number(process.env['CONFORMANCE_PORT'] ?? 8080);
  const bundleDir = process.env['CONFORMANCE_BUNDLE_DIR'] ?? (await bundleWorker());
  const endpoint = await startNeonEndpoint();
  shutdown.onStop(() => endpoint.stop());
  const settings = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      (PASSED_ON.test(entry[0]) || entry[0] === 'GRAPHQL_SERVICE') && entry[1] !== undefined,
  );
  const worker = await runWorker({
    bundleDir,
    artifactText: '',
    // Lines of every request would hide what is said about the run.
    vars: {
      HASURA_GRAPHQL_ENABLED_LOG_TYPES: 'startup',
      ...Object.fromEntries(settings),
      HEDGE_METADATA: 'live',
      NEON_ENDPOINT: endpoint.url,
    },
    port,
  });
  shutdown.onStop(() => worker.stop());
  await assertHealthy(worker.url);
  console.log(`The worker answers at ${worker.url}`);
}
