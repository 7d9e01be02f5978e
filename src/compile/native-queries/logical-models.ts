// Logical models of the metadata -> rows with their GraphQL names and columns, as if they were tables'.

import type { Inconsistency } from '../../artifact/types.ts';
import type { DatabaseCatalog } from '../../catalog/types.ts';
import { exportLogicalModel } from '../../metadata/export/source.ts';
import type { LogicalModelField, LogicalModelMetadata, LogicalModelType } from '../../metadata/types.ts';
import { plainColumn } from '../functions/function-rows.ts';
import { attempt, type MetadataObject, type MetadataPath, refuse, report } from '../inconsistency.ts';
import { invalidNameReason, isGraphQLName } from '../tables/names.ts';
import { claimTypes, rowsTypeNames } from '../tables/row-types.ts';
import { hasValidName, scalarOf } from '../tables/scalars.ts';
import type { TrackedColumn, TrackedRows, TrackedSource } from '../tables/tracked.ts';
import { typeOfText } from './type-text.ts';

/** A logical model, and its fields that stand for other models: only a relationship of that name can give them. */
export interface TrackedLogicalModel {
  readonly rows: TrackedRows;
  readonly references: readonly LogicalModelField[];
}

/** A logical model as the list of inconsistencies names it. */
export function logicalModelObject(
  source: TrackedSource,
  metadata: LogicalModelMetadata,
  path: MetadataPath,
): MetadataObject {
  return {
    type: 'logical_model',
    name: `logical_model ${metadata.name} in source ${source.metadata.name}`,
    definition: exportLogicalModel(metadata),
    path,
  };
}

/** The consistent logical models of a source, by name. `typeNames` are those of all object types. */
export function trackLogicalModels(
  source: TrackedSource,
  typeNames: ReadonlySet<string>,
  inconsistencies: Inconsistency[],
): ReadonlyMap<string, TrackedLogicalModel> {
  const all = source.metadata.logical_models ?? [];
  const counts = Map.groupBy(all, (model) => model.name);
  const models = new Map<string, TrackedLogicalModel>();
  for (const [index, metadata] of all.entries()) {
    const object = logicalModelObject(source, metadata, [...source.path, 'logical_models', index]);
    if ((counts.get(metadata.name)?.length ?? 0) > 1) {
      report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
      continue;
    }
    const model = attempt(inconsistencies, object, () => {
      const found = trackLogicalModel(source, metadata, object, typeNames);
      claimTypes(source, object.name, rowsTypeNames(found.rows));
      return found;
    });
    if (model) models.set(metadata.name, model);
  }
  return models;
}

/** Reads a logical model. @throws a refusal for names and types that cannot be in the schema. */
export function trackLogicalModel(
  source: TrackedSource,
  metadata: LogicalModelMetadata,
  { path }: Pick<MetadataObject, 'path'>,
  typeNames: ReadonlySet<string>,
): TrackedLogicalModel {
  const { name } = metadata;
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  const columns = new Map<string, TrackedColumn>();
  const references: LogicalModelField[] = [];
  for (const [index, field] of metadata.fields.entries()) {
    if (!isGraphQLName(field.name)) refuse(invalidNameReason(field.name));
    if (columns.has(field.name) || references.some((other) => other.name === field.name))
      refuse(`the field "${field.name}" is defined more than once`);
    const scalar = scalarText(field.type);
    if (scalar === null) {
      references.push(field);
      continue;
    }
    columns.set(field.name, columnOf(source.catalog, field, { ...scalar, position: index + 1 }, typeNames));
  }
  const rows: TrackedRows = {
    source,
    path,
    rowsOf: { kind: 'logical_model', name },
    catalog: { schema: '', name, primaryKey: null },
    baseName: name,
    typeName: name,
    description: metadata.description ?? null,
    columns,
    relationships: new Map(),
    computedFields: new Map(),
    selectPermissions: metadata.select_permissions ?? [],
  };
  return { rows, references };
}

function columnOf(
  catalog: DatabaseCatalog,
  field: LogicalModelField,
  {
    text,
    position,
    nullable,
  }: { readonly text: string; readonly position: number; readonly nullable: boolean | undefined },
  typeNames: ReadonlySet<string>,
): TrackedColumn {
  const catalogType = typeOfText(catalog, text);
  const type = scalarOf(catalogType, typeNames);
  if (!hasValidName(type)) refuse(invalidNameReason(type.graphql));
  const column = plainColumn(field.name, position, catalogType);
  return {
    catalog: { ...column, nullable: nullable ?? field.nullable ?? false },
    fieldName: field.name,
    type,
    description: field.description ?? null,
  };
}

/** The Postgres type of a field, `[]` behind it for a list; null where it stands for other models. */
export function scalarText(
  type: LogicalModelType,
): { readonly text: string; readonly nullable: boolean | undefined } | null {
  if (typeof type === 'string') return { text: type, nullable: undefined };
  if (type.scalar !== undefined) return { text: type.scalar, nullable: type.nullable };
  if (type.array === undefined) return null;
  const item = scalarText(type.array);
  return item && { text: `${item.text}[]`, nullable: type.nullable };
}
