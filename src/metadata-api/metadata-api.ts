// What the metadata API works with, put together once per isolate.

import type { CompileOptions } from '../compile/options.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { SourceMetadata } from '../metadata/types.ts';
import type { DatabaseOf } from './catalogs.ts';
import type { MetadataStore } from './store/store.ts';
import type { InTurn } from './turns.ts';

/** Live mode: metadata is kept in a database and may be changed. */
export interface MetadataApi {
  readonly store: MetadataStore;
  readonly databaseOf: DatabaseOf;
  readonly compileOptions: CompileOptions;
  readonly defaultSource: SourceMetadata | null;
  /** How event triggers record numbers: `HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES`. */
  readonly stringifyNumericTypes: boolean;
  /** Whether a source is in the database that the metadata is in, so that one transaction reaches both. */
  readonly sharesMetadataDatabase: (source: SourceMetadata) => boolean;
  /** Why nothing may be changed: maintenance mode, or metadata that is part of the bundle; null when it may. */
  readonly refusal: string | null;
  /** Around requests that change or compile the metadata. */
  readonly inTurn: InTurn;
  /** Stores the first version of a metadata database that has none. */
  readonly begin: () => Promise<unknown>;
  /** Told where SQL ran that may have written anything to a source. */
  readonly written?: ((source: string, tables: null) => void) | undefined;
  /** Serves a version that was stored. */
  readonly adopt: (resourceVersion: number, artifactText: string) => void;
}

/** @throws HedgeError `not-supported` where the metadata may not be changed. */
export function refuseChange({ refusal }: MetadataApi): void {
  if (refusal !== null) throw new HedgeError('not-supported', refusal);
}
