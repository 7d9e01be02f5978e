// The metadata API of a worker whose metadata is part of its bundle: the same commands on a working copy, but nothing
// is stored. What changes nothing is answered, the rest is refused and names the way.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import { handleMetadataRequest } from './handle.ts';
import type { MetadataStore } from './store/store.ts';
import type { MetadataEndpoint } from './types.ts';

const REFUSAL =
  'the metadata is part of this deployment and cannot be changed while it runs: change the files in metadata/ and ' +
  'migrations/, then build and deploy; or serve with HEDGE_METADATA=live';

/** The number of the one version there is. */
const BUNDLED_VERSION = 1;

/**
 * Answers the body of a request.
 * @throws HedgeError `not-supported` for whatever would change the metadata.
 */
export async function handleBundledRequest(
  { engine, config }: { readonly engine: Engine; readonly config: Config },
  endpoint: MetadataEndpoint,
  body: unknown,
): Promise<unknown> {
  return await handleMetadataRequest(
    {
      store: bundledStore(engine),
      databaseOf: ({ name }) => engine.database(name),
      compileOptions: config.compileOptions,
      defaultSource: null,
      stringifyNumericTypes: config.stringifyNumericTypes,
      sharesMetadataDatabase: () => false,
      refusal: REFUSAL,
      inTurn: (work) => work(),
      begin: () => Promise.resolve(),
      adopt: () => {},
    },
    endpoint,
    body,
  );
}

function bundledStore(engine: Engine): MetadataStore {
  const refuse = (): never => {
    throw new HedgeError('not-supported', REFUSAL);
  };
  return {
    version: () => Promise.resolve(BUNDLED_VERSION),
    load: () => Promise.resolve({ resourceVersion: BUNDLED_VERSION, metadata: engine.artifact.document() }),
    loadArtifact: () => Promise.resolve(null),
    save: refuse,
    saveStatements: refuse,
    saveArtifact: refuse,
    catalogState: () => Promise.resolve({ id: '', cli_state: {}, console_state: {} }),
    setCatalogState: refuse,
  };
}
