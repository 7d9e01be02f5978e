// The metadata's sources -> where the worker finds each database, and the catalog objects of each by name.

import type { Inconsistency, SourceModel } from '../artifact/types.ts';
import type { CatalogFunction, DatabaseCatalog } from '../catalog/types.ts';
import { connectionStringOf } from '../metadata/connection-parameters.ts';
import type { Metadata, SourceMetadata, UrlConf } from '../metadata/types.ts';
import { attempt, refuse } from './inconsistency.ts';
import type { CompileOptions } from './options.ts';
import { arraysAsScalars } from './tables/array-scalars.ts';
import { nameKey } from './tables/names.ts';
import { sourceNaming } from './tables/naming.ts';
import type { TrackedSource } from './tables/tracked.ts';

/** `kind` of the sources that speak Postgres. */
export const POSTGRES_KINDS: ReadonlySet<string> = new Set(['postgres', 'pg', 'citus', 'alloy']);

export interface CompiledSources {
  readonly models: SourceModel[];
  readonly tracked: TrackedSource[];
}

/** Sources that are Postgres and have a catalog; the others are inconsistent with all that is in them. */
export function compileSources(
  metadata: Metadata,
  catalogs: ReadonlyMap<string, DatabaseCatalog>,
  options: CompileOptions,
  inconsistencies: Inconsistency[],
): CompiledSources {
  const models: SourceModel[] = [];
  const tracked: TrackedSource[] = [];
  const typeOwners = new Map<string, string>();
  for (const [index, source] of metadata.sources.entries()) {
    const path = ['sources', index];
    const object = { type: 'source', name: `source ${source.name}`, definition: source.name, path };
    attempt(inconsistencies, object, () => {
      if (!POSTGRES_KINDS.has(source.kind)) {
        refuse(`sources of kind "${source.kind}" are not available in this version, only postgres`);
      }
      if (models.some((m) => m.name === source.name))
        refuse(`source with name "${source.name}" already exists`);
      const catalog =
        catalogs.get(source.name) ??
        refuse(`no catalog of the source "${source.name}" was read: name its database when building`);
      const naming = sourceNaming(source.customization, options);
      const { convention, typePrefix, typeSuffix, namespace } = naming;
      const connection = source.configuration.connection_info;
      models.push({
        name: source.name,
        databaseUrl: databaseUrl(connection.database_url),
        ...(connection.isolation_level && { isolationLevel: connection.isolation_level }),
        naming: { convention, typePrefix, typeSuffix },
        namespace,
        ...featuresOf(options),
      });
      const shown = options.arraysAsScalars ? arraysAsScalars(catalog) : catalog;
      tracked.push(trackSource(source, shown, { naming, path, typeOwners }));
    });
  }
  return { models, tracked };
}

/** What differs from a deployment without experimental features; nothing where nothing does. */
function featuresOf({ hideAggregatePredicates, groupBy }: CompileOptions): Pick<SourceModel, 'features'> {
  if (!hideAggregatePredicates && !groupBy) return {};
  return { features: { aggregatePredicates: !hideAggregatePredicates, groupBy } };
}

function trackSource(
  metadata: SourceMetadata,
  catalog: DatabaseCatalog,
  { naming, path, typeOwners }: Pick<TrackedSource, 'naming' | 'path' | 'typeOwners'>,
): TrackedSource {
  const catalogFunctions = new Map<string, CatalogFunction[]>();
  for (const fn of catalog.functions) {
    if (fn.special) continue;
    const key = nameKey(fn);
    const overloads = catalogFunctions.get(key);
    if (overloads) overloads.push(fn);
    else catalogFunctions.set(key, [fn]);
  }
  return {
    metadata,
    catalog,
    catalogTables: new Map(catalog.tables.map((t) => [nameKey(t), t])),
    catalogFunctions,
    path,
    naming,
    typeOwners,
    tables: new Map(),
    logicalModels: new Map(),
    nativeQueries: new Map(),
    functionRows: new Map(),
  };
}

function databaseUrl(conf: UrlConf): SourceModel['databaseUrl'] {
  if (typeof conf === 'string') return { literal: conf };
  if ('from_env' in conf) return { fromEnv: conf.from_env };
  const literal =
    connectionStringOf(conf.connection_parameters) ??
    refuse('connection_parameters need username, password, host, port and database as plain values');
  return { literal };
}
