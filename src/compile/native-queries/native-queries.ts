// Native queries of the metadata -> their code, arguments and rows, with the names they take in the schema.

import { nativeQueryArgsTypeName } from '../../artifact/type-names.ts';
import type { Inconsistency } from '../../artifact/types.ts';
import { exportNativeQuery } from '../../metadata/export/source.ts';
import type { NativeQueryMetadata } from '../../metadata/types.ts';
import { parseQueryCode, type CodePart } from '../../sql/query-code.ts';
import { must } from '../../util/assert.ts';
import { attempt, type MetadataObject, type MetadataPath, refuse, report } from '../inconsistency.ts';
import { compareNames, invalidNameReason, isGraphQLName } from '../tables/names.ts';
import type { RootClaims } from '../tables/root-claims.ts';
import { claimTypes, rowsTypeNames } from '../tables/row-types.ts';
import { hasValidName, scalarOf } from '../tables/scalars.ts';
import type {
  TrackedNativeArgument,
  TrackedNativeQuery,
  TrackedRows,
  TrackedSource,
} from '../tables/tracked.ts';
import { trackLogicalModel, trackLogicalModels, type TrackedLogicalModel } from './logical-models.ts';
import { failureOf, modelOf, nativeQueryCheck, readableFailure } from './native-query-check.ts';
import { trackNativeRelationships } from './native-relationships.ts';
import { typeOfText } from './type-text.ts';

/** What native queries share with the tables. */
export interface Names {
  /** Of all object types. */
  readonly typeNames: ReadonlySet<string>;
  readonly roots: RootClaims;
  /** Whether what the databases said of the queries counts. */
  readonly validate: boolean;
}

/**
 * Fills the native queries of every source, and their relationships. Tables must have been tracked before. Queries that
 * the database does not take, or that give other rows than they say, are inconsistent and stay out.
 */
export function trackNativeQueries(
  sources: readonly TrackedSource[],
  names: Names,
  inconsistencies: Inconsistency[],
): void {
  for (const source of sources) {
    const models = trackLogicalModels(source, names.typeNames, inconsistencies);
    for (const [name, { rows }] of models) source.logicalModels.set(name, rows);
    const all = source.metadata.native_queries ?? [];
    const counts = Map.groupBy(all, (query) => query.root_field_name);
    for (const [index, metadata] of all.entries()) {
      const object = nativeQueryObject(source, metadata, [...source.path, 'native_queries', index]);
      if ((counts.get(metadata.root_field_name)?.length ?? 0) > 1) {
        report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
        continue;
      }
      const query = attempt(inconsistencies, object, () => {
        const found = trackNativeQuery(source, metadata, object, { ...names, models });
        claim(found, names);
        return found;
      });
      if (query) source.nativeQueries.set(query.name, query);
    }
  }
  for (const source of sources) {
    for (const query of source.nativeQueries.values()) trackNativeRelationships(query, inconsistencies);
  }
}

function nativeQueryObject(
  source: TrackedSource,
  metadata: NativeQueryMetadata,
  path: MetadataPath,
): MetadataObject {
  return {
    type: 'native_query',
    name: `native_query ${metadata.root_field_name} in source ${source.metadata.name}`,
    definition: exportNativeQuery(metadata),
    path,
  };
}

function trackNativeQuery(
  source: TrackedSource,
  metadata: NativeQueryMetadata,
  object: MetadataObject,
  { models, typeNames, validate }: Names & { readonly models: ReadonlyMap<string, TrackedLogicalModel> },
): TrackedNativeQuery {
  const name = metadata.root_field_name;
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  const model =
    typeof metadata.returns === 'string'
      ? (models.get(metadata.returns) ?? refuse(`The logical model ${metadata.returns} could not be found`))
      : ownModel(source, metadata, object, typeNames);
  const args = argumentsOf(source, metadata, typeNames);
  const code = codeOf(metadata, args);
  checkRelationshipNames(metadata, model);
  if (validate) checkAgainstDatabase(source, metadata);
  return {
    object,
    source,
    metadata,
    path: object.path,
    name,
    description: metadata.description ?? null,
    code,
    arguments: args,
    rows: rowsOf(metadata, model.rows, object.path),
    model: model.rows,
  };
}

/** The logical model that a query defines for itself. */
function ownModel(
  source: TrackedSource,
  metadata: NativeQueryMetadata,
  object: MetadataObject,
  typeNames: ReadonlySet<string>,
): TrackedLogicalModel {
  const written = must(modelOf(source.metadata, metadata), 'the query defines its model');
  const model = trackLogicalModel(source, written, { path: [...object.path, 'returns'] }, typeNames);
  claimTypes(source, object.name, rowsTypeNames(model.rows));
  return model;
}

function argumentsOf(
  source: TrackedSource,
  { arguments: declared = {} }: NativeQueryMetadata,
  typeNames: ReadonlySet<string>,
): readonly TrackedNativeArgument[] {
  return Object.keys(declared)
    .sort(compareNames)
    .map((name) => {
      const { type: text = '', nullable, description } = declared[name] ?? {};
      if (!isGraphQLName(name)) refuse(invalidNameReason(name));
      const type = scalarOf(typeOfText(source.catalog, text), typeNames);
      if (!hasValidName(type)) refuse(invalidNameReason(type.graphql));
      return { name, type, nullable: nullable ?? false, description: description ?? null };
    });
}

/** In Hasura's words, which call arguments columns. */
function codeOf(
  { code: text }: NativeQueryMetadata,
  args: readonly TrackedNativeArgument[],
): readonly (string | number)[] {
  const code = parseQueryCode(text);
  if ('problem' in code) return refuse(code.problem);
  const used = new Set(code.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.argument])));
  const undeclared = [...used].filter((name) => !args.some((argument) => argument.name === name));
  if (undeclared.length > 0)
    refuse(
      `The following columns are used in the query, but are not declared as arguments: ${quotedList(undeclared)}`,
    );
  const unused = args.map(({ name }) => name).filter((name) => !used.has(name));
  if (unused.length > 0)
    refuse(
      `The following columns are declared as arguments, but are not used in the query: ${quotedList(unused)}`,
    );
  return code.parts.map((part: CodePart) =>
    typeof part === 'string' ? part : args.findIndex(({ name }) => name === part.argument),
  );
}

function quotedList(names: readonly string[]): string {
  return `[${names
    .toSorted(compareNames)
    .map((name) => `'${name}'`)
    .join(', ')}]`;
}

/** A field that stands for another model is given by a relationship of its name, and by nothing else. */
function checkRelationshipNames(metadata: NativeQueryMetadata, { references }: TrackedLogicalModel): void {
  const objects = (metadata.object_relationships ?? []).map(({ name }) => name);
  const arrays = (metadata.array_relationships ?? []).map(({ name }) => name);
  const twice = [...new Set(objects)].filter((name) => arrays.includes(name)).sort(compareNames);
  if (twice.length > 0)
    refuse(`The native query '${metadata.root_field_name}' has duplicate relationships: ${twice.join(',')}`);
  const missing = references.find(({ name }) => !objects.includes(name) && !arrays.includes(name));
  if (!missing) return;
  const kind = typeof missing.type === 'object' && missing.type.array !== undefined ? 'array' : 'object';
  refuse(
    `Unexpected logical model ${kind} field '${missing.name}'.`,
    'a field of another logical model needs a relationship of the query that has its name',
  );
}

function checkAgainstDatabase(source: TrackedSource, metadata: NativeQueryMetadata): void {
  const model = modelOf(source.metadata, metadata);
  if (!model) return;
  const { catalog } = source;
  const failure = failureOf(catalog, nativeQueryCheck(catalog, metadata, model));
  if (failure !== null) refuse('Failed to validate query', readableFailure(catalog, failure, model));
}

/** With relationships the rows are a type of their own, named as the query, as in Hasura. */
function rowsOf(metadata: NativeQueryMetadata, model: TrackedRows, path: MetadataPath): TrackedRows {
  const { object_relationships: objects = [], array_relationships: arrays = [] } = metadata;
  if (objects.length === 0 && arrays.length === 0) return model;
  return { ...model, path, typeName: metadata.root_field_name, relationships: new Map() };
}

function claim(query: TrackedNativeQuery, { roots }: Names): void {
  const { object, source, name, rows, model } = query;
  const fields = [
    { root: 'query', name },
    { root: 'subscription', name },
  ] as const;
  const conflict = roots.conflict(source, fields, object.name);
  if (conflict !== null) refuse(conflict);
  const types = query.arguments.length > 0 ? [nativeQueryArgsTypeName(name)] : [];
  // A query called as its model takes the place of the model's own type.
  if (rows !== model && name !== model.typeName) types.push(name);
  if (rows !== model && name === model.typeName && isSharedModel(query)) {
    refuse(
      `found conflicting definitions for GraphQL type '${name}': other native queries return its logical model`,
    );
  }
  claimTypes(source, object.name, types);
  roots.take(source, fields, object.name);
}

function isSharedModel({ source, metadata }: TrackedNativeQuery): boolean {
  return (source.metadata.native_queries ?? []).some(
    (other) => other !== metadata && other.returns === metadata.returns,
  );
}
