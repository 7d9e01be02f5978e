// A source -> as Hasura exports it: its tables and functions, what stands beside them, and its connection.
import type {
  ConnectionInfo,
  FunctionConfiguration,
  FunctionMetadata,
  FunctionName,
  InlineLogicalModel,
  LogicalModelField,
  LogicalModelMetadata,
  LogicalModelType,
  NativeQueryMetadata,
  SourceConfiguration,
  SourceMetadata,
} from '../types.ts';
import { alphabetical, compareText, filled, object, sortedList, withKeys, type JsonObject } from './json.ts';
import { exportPermissions, exportSelectPermission } from './permission.ts';
import { exportNativeQueryRelationships } from './relationship.ts';
import { exportTable } from './table.ts';

/** The source with what is the default left out, its lists in the order of names. */
export function exportSource(source: SourceMetadata): JsonObject {
  return object({
    name: source.name,
    kind: source.kind,
    tables: inOrderOfNames(source.tables, ({ table }) => table).map(exportTable),
    functions: filled(inOrderOfNames(source.functions ?? [], (item) => item.function))?.map(exportFunction),
    native_queries: sortedList(source.native_queries, (query) => query.root_field_name, exportNativeQuery),
    logical_models: sortedList(source.logical_models, (model) => model.name, exportLogicalModel),
    configuration: alphabetical(exportSourceConfiguration(source.configuration)),
    query_tags: alphabetical(
      source.query_tags && { disabled: false, format: 'standard', ...source.query_tags },
    ),
    customization: alphabetical(withKeys(source.customization)),
    health_check: alphabetical(source.health_check),
  });
}

function inOrderOfNames<T>(list: readonly T[], nameOf: (item: T) => FunctionName): readonly T[] {
  return list.toSorted((first, second) => {
    const [a, b] = [nameOf(first), nameOf(second)];
    return compareText(a.schema, b.schema) || compareText(a.name, b.name);
  });
}

function exportFunction(tracked: FunctionMetadata): JsonObject {
  return object({
    function: alphabetical(tracked.function),
    configuration: exportFunctionConfiguration(tracked.configuration),
    permissions: alphabetical(filled(tracked.permissions)),
    comment: tracked.comment,
  });
}

function exportFunctionConfiguration(configuration: FunctionConfiguration | undefined): unknown {
  if (configuration === undefined) return undefined;
  const rootFields = object(configuration.custom_root_fields ?? {});
  const said = object({ ...configuration, custom_root_fields: withKeys(rootFields) });
  return Object.keys(said).length === 0
    ? undefined
    : alphabetical({ ...said, custom_root_fields: rootFields });
}

/** A native query as Hasura writes it, alone too. */
export function exportNativeQuery(query: NativeQueryMetadata): unknown {
  return alphabetical(
    object({
      ...query,
      returns: typeof query.returns === 'string' ? query.returns : exportModel(query.returns),
      arguments: exportArguments(query.arguments),
      object_relationships: exportNativeQueryRelationships(query.object_relationships),
      array_relationships: exportNativeQueryRelationships(query.array_relationships),
    }),
  );
}

/** Hasura writes this key in any case, and whether each may be null. */
function exportArguments(args: NativeQueryMetadata['arguments']): unknown {
  const entries = Object.entries(args ?? {}).map(([name, argument]) => [
    name,
    object({ ...argument, nullable: argument.nullable ?? false }),
  ]);
  return Object.fromEntries(entries) as unknown;
}

/** A logical model as Hasura writes it, alone too. */
export function exportLogicalModel(model: LogicalModelMetadata): unknown {
  return alphabetical(exportModel(model));
}

function exportModel(model: LogicalModelMetadata | InlineLogicalModel): JsonObject {
  return object({
    ...model,
    fields: model.fields.map(exportField),
    select_permissions: exportPermissions(model.select_permissions, exportSelectPermission),
  });
}

/** A type written as a text is an older spelling, in which the field says whether it may be null. */
function exportField({ name, type, nullable, description }: LogicalModelField): unknown {
  return object({ name, type: exportFieldType(type, nullable ?? false), description });
}

function exportFieldType(type: LogicalModelType, orNullable: boolean): unknown {
  if (typeof type === 'string') return { scalar: type, nullable: orNullable };
  const { array, nullable, ...rest } = type;
  return object({
    ...rest,
    array: array === undefined ? undefined : exportFieldType(array, false),
    nullable: nullable ?? orNullable,
  });
}

function exportSourceConfiguration(configuration: SourceConfiguration): JsonObject {
  const { extensions_schema: extensionsSchema, connection_template: template } = configuration;
  return object({
    ...configuration,
    connection_info: exportConnection(configuration.connection_info),
    read_replicas: filled(configuration.read_replicas)?.map(exportConnection),
    extensions_schema: extensionsSchema === 'public' ? undefined : extensionsSchema,
    connection_template: template && { version: 1, ...template },
    connection_set: filled(configuration.connection_set)?.map((member) => ({
      ...member,
      connection_info: exportConnection(member.connection_info),
    })),
  });
}

function exportConnection(connection: ConnectionInfo): JsonObject {
  return { use_prepared_statements: false, isolation_level: 'read-committed', ...connection };
}
