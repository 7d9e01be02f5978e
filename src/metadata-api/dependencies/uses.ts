// Metadata and catalogs -> every object of the metadata with the objects it uses, as Hasura counts them: directly.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import type {
  BooleanExpression,
  Columns,
  ManualConfiguration,
  Metadata,
  Presets,
  RelationshipMetadata,
  RemoteRelationshipDefinition,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';
import type { ExpressionVisitor } from './expression.ts';
import { isWrittenOut, mapExpression } from './expression.ts';
import { mapModelFilter, visitModels } from './logical-models.ts';
import type { Lookup } from './lookup.ts';
import { lookupIn } from './lookup.ts';
import type { SchemaObject } from './types.ts';
import { PERMISSION_OPERATIONS } from './types.ts';

/** `typed`: the use ends when the type of the column changes, as it holds a value of that type. */
export type OnUse = (used: SchemaObject, typed?: boolean) => void;

/** Gives an object of the metadata, and calls back for each object that it uses. */
export type Visit = (object: SchemaObject, uses: (onUse: OnUse) => void) => void;

/** Visits everything that uses something beside the table it belongs to. */
export function visitUses(
  metadata: Metadata,
  catalogs: ReadonlyMap<string, DatabaseCatalog>,
  visit: Visit,
): void {
  for (const source of metadata.sources) {
    const lookup = lookupIn(source, catalogs.get(source.name));
    for (const table of source.tables) visitTable(lookup, table, visit);
    for (const { function: fn, configuration } of source.functions ?? []) {
      visit({ kind: 'function', source: source.name, function: fn }, (onUse) => {
        const table = lookup.returnedTable(fn) ?? configuration?.response?.table;
        if (table) onUse({ kind: 'table', source: source.name, table });
      });
    }
    visitModels(source, (model, permissions) => {
      for (const { role, permission } of permissions) {
        visit({ kind: 'logical_model_permission', source: source.name, model, role }, (onUse) => {
          mapModelFilter(lookup, model, permission.filter, namesUsed(source.name, onUse));
        });
      }
    });
    for (const query of source.native_queries ?? []) {
      visit({ kind: 'native_query', source: source.name, name: query.root_field_name }, (onUse) => {
        for (const { using } of [
          ...(query.object_relationships ?? []),
          ...(query.array_relationships ?? []),
        ]) {
          const to = 'manual_configuration' in using ? using.manual_configuration : using;
          manualUses(source.name, to, onUse);
        }
      });
    }
  }
  for (const schema of metadata.remote_schemas ?? []) {
    for (const { type_name: type, relationships } of schema.remote_relationships ?? []) {
      for (const { name, definition } of relationships ?? []) {
        visit({ kind: 'remote_schema_relationship', remoteSchema: schema.name, type, name }, (onUse) => {
          onUse({ kind: 'remote_schema', name: schema.name });
          remoteEnd(definition, onUse);
        });
      }
    }
  }
}

function visitTable(lookup: Lookup, metadata: TableMetadata, visit: Visit): void {
  const here = { source: lookup.source.name, table: metadata.table };
  const relationships = [...(metadata.object_relationships ?? []), ...(metadata.array_relationships ?? [])];
  for (const relationship of relationships) {
    visit({ kind: 'relationship', ...here, name: relationship.name }, (onUse) =>
      relationshipUses(lookup, metadata.table, relationship, onUse),
    );
  }
  for (const { name, definition } of metadata.computed_fields ?? []) {
    visit({ kind: 'computed_field', ...here, name }, (onUse) => {
      onUse({ kind: 'function', source: here.source, function: definition.function });
      const table = lookup.returnedTable(definition.function);
      if (table) onUse({ kind: 'table', source: here.source, table });
    });
  }
  for (const operation of PERMISSION_OPERATIONS) {
    for (const { role, permission } of metadata[`${operation}_permissions`] ?? []) {
      visit({ kind: 'permission', ...here, role, operation }, (onUse) =>
        permissionUses(lookup, metadata.table, { operation, ...permission }, onUse),
      );
    }
  }
  for (const { name, definition } of metadata.event_triggers ?? []) {
    visit({ kind: 'event_trigger', ...here, name }, (onUse) => {
      for (const operation of [definition.insert, definition.update, definition.delete]) {
        for (const columns of [operation?.columns, operation?.payload]) {
          if (!Array.isArray(columns)) continue;
          for (const column of columns as readonly string[]) onUse({ kind: 'column', ...here, name: column });
        }
      }
    });
  }
  for (const { name, definition } of metadata.remote_relationships ?? []) {
    visit({ kind: 'remote_relationship', ...here, name }, (onUse) => {
      for (const field of joinedFields(definition)) {
        const kind = lookup.isComputedField(metadata.table, field) ? 'computed_field' : 'column';
        onUse({ kind, ...here, name: field });
      }
      remoteEnd(definition, onUse);
    });
  }
}

function relationshipUses(
  lookup: Lookup,
  table: TableName,
  relationship: RelationshipMetadata,
  onUse: OnUse,
): void {
  const source = lookup.source.name;
  const link = lookup.link(table, relationship);
  if (!link) {
    unresolvedUses(source, table, relationship, onUse);
    return;
  }
  onUse({ kind: 'table', source, table: link.target });
  for (const [own, other] of link.columns) {
    onUse({ kind: 'column', source, table, name: own });
    onUse({ kind: 'column', source, table: link.target, name: other });
  }
  if (!link.keyIn) return;
  const isOwn = link.keyIn === table;
  onUse({
    kind: 'foreign_key',
    source,
    table: link.keyIn,
    columns: isOwn ? link.columns : link.columns.map(([own, other]) => [other, own]),
    references: isOwn ? link.target : table,
  });
}

/** What is on the other side of a relationship with a mapping. */
function manualUses(source: string, to: ManualConfiguration, onUse: OnUse): void {
  const native = to.remote_native_query ?? to.native_query;
  if (native !== undefined) onUse({ kind: 'native_query', source, name: native });
  const table = to.remote_table;
  if (!table) return;
  onUse({ kind: 'table', source, table });
  for (const name of Object.values(to.column_mapping)) onUse({ kind: 'column', source, table, name });
}

/** What a relationship names, where its foreign key is not there to tell the rest. */
function unresolvedUses(
  source: string,
  table: TableName,
  { using }: RelationshipMetadata,
  onUse: OnUse,
): void {
  if ('manual_configuration' in using) {
    for (const own of Object.keys(using.manual_configuration.column_mapping)) {
      onUse({ kind: 'column', source, table, name: own });
    }
    manualUses(source, using.manual_configuration, onUse);
    return;
  }
  const key = using.foreign_key_constraint_on;
  const remote = typeof key === 'object' && 'table' in key ? key : null;
  if (remote) onUse({ kind: 'table', source, table: remote.table });
  const columns = remote
    ? 'columns' in remote
      ? remote.columns
      : [remote.column]
    : ([key].flat() as readonly string[]);
  for (const name of columns) onUse({ kind: 'column', source, table: remote?.table ?? table, name });
}

interface AnyPermission {
  readonly operation: string;
  readonly columns?: Columns;
  readonly computed_fields?: readonly string[];
  readonly filter?: BooleanExpression;
  readonly check?: BooleanExpression | null;
  readonly set?: Presets;
}

function permissionUses(lookup: Lookup, table: TableName, permission: AnyPermission, onUse: OnUse): void {
  const source = lookup.source.name;
  const { operation, columns, computed_fields: computed, filter, check, set } = permission;
  for (const name of namedColumns(lookup, table, operation, columns)) {
    onUse({ kind: 'column', source, table, name });
  }
  for (const name of computed ?? []) onUse({ kind: 'computed_field', source, table, name });
  for (const [name, value] of Object.entries(set ?? {})) {
    onUse({ kind: 'column', source, table, name }, isWrittenOut(value));
  }
  for (const expression of [filter, check]) {
    if (!expression) continue;
    mapExpression(lookup, table, expression, namesUsed(source, onUse));
  }
}

/** Tells of every name of an expression, and leaves it as it is. */
function namesUsed(source: string, onUse: OnUse): ExpressionVisitor {
  return {
    column: (of, name, typed) => {
      onUse({ kind: 'column', source, table: of, name }, typed);
      return name;
    },
    relationship: (of, name) => {
      onUse({ kind: 'relationship', source, table: of, name });
      return name;
    },
    computedField: (of, name) => {
      onUse({ kind: 'computed_field', source, table: of, name });
      return name;
    },
    table: (name) => {
      onUse({ kind: 'table', source, table: name });
      return name;
    },
  };
}

/** As in Hasura, `*` names all columns there are, and so does an insert permission without columns. */
function namedColumns(
  lookup: Lookup,
  table: TableName,
  operation: string,
  columns: Columns | undefined,
): readonly string[] {
  if (operation === 'delete') return [];
  if (columns !== undefined && columns !== '*') return columns;
  const all = lookup.catalogTable(table)?.columns ?? [];
  const usable = operation === 'select' ? all : all.filter((c) => !c.generated && c.identity !== 'always');
  return usable.map(({ name }) => name);
}

/** The fields of its own table that a remote relationship joins on. */
export function joinedFields(definition: RemoteRelationshipDefinition): readonly string[] {
  if ('to_source' in definition) return Object.keys(definition.to_source.field_mapping);
  if ('to_remote_schema' in definition) return definition.to_remote_schema.lhs_fields;
  return definition.hasura_fields;
}

function remoteEnd(definition: RemoteRelationshipDefinition, onUse: OnUse): void {
  if ('to_source' in definition) {
    const { source, table, field_mapping: mapping } = definition.to_source;
    onUse({ kind: 'table', source, table });
    for (const name of Object.values(mapping)) onUse({ kind: 'column', source, table, name });
    return;
  }
  const to = 'to_remote_schema' in definition ? definition.to_remote_schema : definition;
  onUse({ kind: 'remote_schema', name: to.remote_schema });
}
