// Metadata × what the databases hold -> the artifact's text of one version, as it is stored and served.

import type { Artifact, Inconsistency } from '../artifact/types.ts';
import { ARTIFACT_VERSION } from '../artifact/types.ts';
import { compile } from '../compile/compile.ts';
import type { CompileOptions } from '../compile/options.ts';
import { HEDGE_VERSION } from '../hedge-version.ts';
import type { Metadata } from '../metadata/types.ts';
import type { SourceCatalogs } from './catalogs.ts';

/** Compiles; sources that cannot be asked are inconsistent with the reason for it. Never throws for what users write. */
export function compileVersion(
  metadata: Metadata,
  { catalogs, unreachable }: SourceCatalogs,
  options: CompileOptions,
): Artifact {
  const artifact = compile(metadata, catalogs, options);
  if (unreachable.size === 0) return artifact;
  const inconsistencies = artifact.inconsistencies.map((object): Inconsistency => {
    const reason = isSource(object) ? unreachable.get(String(object.definition)) : undefined;
    return reason === undefined ? object : { ...object, reason: `Inconsistent object: ${reason}` };
  });
  return { ...artifact, inconsistencies };
}

/** Whether a whole source is inconsistent: worth another try after a while. */
export function isSource({ type }: Inconsistency): boolean {
  return type === 'source';
}

/**
 * Names the compiler and its options: an artifact of another format is compiled anew, so that what a release mends in
 * the compiler counts for metadata that was stored before it.
 */
export function artifactFormat(options: CompileOptions): string {
  return `${HEDGE_VERSION} ${ARTIFACT_VERSION} ${JSON.stringify(options)}`;
}
