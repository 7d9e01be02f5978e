// The shapes that the commands of the metadata API share: what goes into a reducer and what comes out.

import type { Inconsistency } from '../artifact/types.ts';
import type { DatabaseCatalog } from '../catalog/types.ts';
import type { Path } from '../error/path.ts';
import type { Metadata, SourceMetadata } from '../metadata/types.ts';

/** Where a command came in: names and the wording of mistakes in the form differ. */
export type MetadataEndpoint = 'v1/metadata' | 'v1/query' | 'v2/query';

/** One command as it came, its envelope read. */
export interface Command {
  /** `pg_track_table`, … */
  readonly type: string;
  /** 1 unless told. */
  readonly version: number;
  readonly args: unknown;
  /** Where `args` stands in the request: `$.args`, `$.args[2].args` in a bulk. */
  readonly path: Path;
  /** `v1/metadata` unless told. */
  readonly endpoint?: MetadataEndpoint;
}

/** A thing of the metadata, called as the list of inconsistencies calls it: `table author in source default`. */
export interface ObjectId {
  readonly type: string;
  readonly name: string;
}

/** What a reducer may look at beside the metadata. */
export interface ReduceContext {
  /** By source; a source whose database could not be asked is missing. */
  readonly catalogs: ReadonlyMap<string, DatabaseCatalog>;
  /** The source that `clear_metadata` keeps, empty: the one that the environment names; null when it names none. */
  readonly defaultSource: SourceMetadata | null;
}

/** What a command makes of the metadata. */
export interface Change {
  readonly metadata: Metadata;
  /** The answer, given what is inconsistent afterwards; `{"message":"success"}` where it is left out. */
  readonly answer?: ((inconsistencies: readonly Inconsistency[]) => unknown) | undefined;
  /**
   * What the compiled result must be like for the change to stand. `about`: an object of the list that becomes
   * inconsistent fails the command with its reason (400 `invalid-configuration`), any other newly inconsistent one with
   * "cannot continue due to new inconsistent metadata" (400 `unexpected`). `none new`: any newly inconsistent object
   * fails it with "cannot continue due to newly found inconsistent metadata" (500 `unexpected`). `consistent`: any
   * inconsistent object at all fails it with "cannot continue due to inconsistent metadata" (400 `unexpected`).
   * `allowed`: whatever comes stands.
   */
  readonly consistency:
    | { readonly kind: 'about'; readonly objects: readonly ObjectId[] }
    | { readonly kind: 'none new' }
    | { readonly kind: 'consistent' }
    | { readonly kind: 'allowed' };
}

/**
 * One command as a pure function of the metadata.
 * @throws HedgeError in Hasura's words, its path below `command.path`; the metadata is as it was then.
 */
export type Reducer = (metadata: Metadata, command: Command, context: ReduceContext) => Change;
