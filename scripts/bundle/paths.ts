// Where things lie in a checkout of Hedge. A user's project (metadata/, migrations/) may lie elsewhere.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: the folder of package.json and wrangler.toml. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What Hedge makes for itself in the checkout; never committed, may be deleted at any time. */
export const WORK_DIR: string = join(ROOT, '.hedge');

/** The static files behind the worker's `ASSETS` binding; named in wrangler.toml. */
export const ASSETS_DIR: string = join(WORK_DIR, 'assets');

export const WRANGLER_CONFIG: string = join(ROOT, 'wrangler.toml');

/** Module name of the artifact, in the worker's source as in a bundle's folder. */
export const ARTIFACT_MODULE = 'hedge-artifact';
