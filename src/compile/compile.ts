// Metadata + catalogs -> Artifact: pure and deterministic. What does not fit together is listed, the rest is compiled.

import { ARTIFACT_VERSION } from '../artifact/types.ts';
import type { Artifact, Inconsistency } from '../artifact/types.ts';
import type { DatabaseCatalog } from '../catalog/types.ts';
import type { Metadata } from '../metadata/types.ts';
import { checkEventTriggers } from './event-triggers.ts';
import { withoutCollisions } from './functions/function-collisions.ts';
import { trackFunctions } from './functions/functions.ts';
import { compileIntrospection, compileLimits } from './limits.ts';
import { trackNativeQueries } from './native-queries/native-queries.ts';
import { type CompileOptions, DEFAULT_COMPILE_OPTIONS } from './options.ts';
import { compileRole } from './role.ts';
import { resolveRoles } from './roles.ts';
import { compileSources } from './sources.ts';
import { compileStoredQueries } from './stored-queries.ts';
import { dropCollidingTables } from './tables/collisions.ts';
import { trackFields } from './tables/fields.ts';
import { createRootClaims } from './tables/root-claims.ts';
import { objectTypeNames } from './tables/row-types.ts';
import { trackTables } from './tables/tables.ts';

/**
 * Compiles the metadata against the catalogs of its sources, by source name. Equal input gives an equal artifact.
 * Never throws for what users write: see `Artifact.inconsistencies`.
 */
export function compile(
  metadata: Metadata,
  catalogs: ReadonlyMap<string, DatabaseCatalog>,
  options: CompileOptions = DEFAULT_COMPILE_OPTIONS,
): Artifact {
  const inconsistencies: Inconsistency[] = [];
  const { models, tracked } = compileSources(metadata, catalogs, options, inconsistencies);
  trackTables(tracked, inconsistencies);
  const roots = createRootClaims();
  dropCollidingTables(tracked, roots, inconsistencies);
  checkEventTriggers(tracked, inconsistencies);
  const typeNames = objectTypeNames(tracked);
  const validate = options.validateNativeQueries;
  trackNativeQueries(tracked, { typeNames, roots, validate }, inconsistencies);
  trackFields(tracked, typeNames, inconsistencies);
  const functions = withoutCollisions(
    trackFunctions(tracked, typeNames, inconsistencies),
    tracked,
    roots,
    inconsistencies,
  );
  const allRoles = resolveRoles(metadata, inconsistencies);
  const world = { sources: tracked, functions, roles: allRoles, options };
  const roles = allRoles.names.map((role) => compileRole(role, world, inconsistencies));
  const artifact = { version: ARTIFACT_VERSION, sources: models, roles, inconsistencies } as const;
  const storedQueries = compileStoredQueries(metadata, artifact, inconsistencies);
  const limits = compileLimits(metadata);
  const noIntrospection = compileIntrospection(metadata);
  return {
    ...artifact,
    ...(storedQueries && { storedQueries }),
    ...(limits && { limits }),
    ...(noIntrospection && { noIntrospection }),
  };
}
