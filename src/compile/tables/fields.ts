// The relationships and computed fields of all tables -> those that compile and share no name, put on their tables.

import { aggregateFieldName } from '../../artifact/type-names.ts';
import type { Inconsistency } from '../../artifact/types.ts';
import { type CompiledComputedField, compileComputedFields } from '../functions/computed-fields.ts';
import { type MetadataObject, report } from '../inconsistency.ts';
import { type CompiledRelationship, compileRelationships } from './relationships.ts';
import type { TrackedComputedField, TrackedRelationship, TrackedSource, TrackedTable } from './tracked.ts';

/** Compiles everything of the tracked tables that is not a column and adds it to them. `typeNames` are of all object types. */
export function trackFields(
  sources: readonly TrackedSource[],
  typeNames: ReadonlySet<string>,
  inconsistencies: Inconsistency[],
): void {
  const tables = sources.flatMap((source) => [...source.tables.values()]);
  for (const table of tables) {
    const relationships = compileRelationships(table, inconsistencies);
    const computedFields = compileComputedFields(table, typeNames, inconsistencies);
    addFields(table, relationships, computedFields, inconsistencies);
  }
}

function addFields(
  table: TrackedTable,
  relationships: readonly CompiledRelationship[],
  computedFields: readonly CompiledComputedField[],
  inconsistencies: Inconsistency[],
): void {
  const conflicting = dropConflicts(table, [...relationships, ...computedFields], inconsistencies);
  for (const { object, relationship } of relationships) {
    if (!conflicting.has(object)) table.relationships.set(relationship.name, relationship);
  }
  for (const { object, field } of computedFields) {
    if (!conflicting.has(object)) table.computedFields.set(field.name, field);
  }
}

/** Two of these with one name are both out; one that takes a column's name is out, and the column stays. */
function dropConflicts(
  table: TrackedTable,
  members: readonly (CompiledRelationship | CompiledComputedField)[],
  inconsistencies: Inconsistency[],
): ReadonlySet<MetadataObject> {
  const columnsByField = new Map<string, string>();
  for (const [column, { fieldName }] of table.columns)
    if (fieldName !== null) columnsByField.set(fieldName, column);
  const owners = Map.groupBy(
    members.flatMap(({ object, ...member }) => graphQLNames(table, member).map((name) => ({ name, object }))),
    ({ name }) => name,
  );
  const conflicting = new Set<MetadataObject>();
  const drop = (object: MetadataObject, reason: string): void => {
    if (conflicting.has(object)) return;
    conflicting.add(object);
    report(inconsistencies, object, reason);
  };
  for (const [name, claims] of owners) {
    for (const { object } of claims) {
      if (claims.length > 1) drop(object, `Conflicting objects: conflicting definitions for field "${name}"`);
      const column = columnsByField.get(name);
      if (column === name || table.columns.has(name)) {
        drop(object, 'Inconsistent object: field definition conflicts with postgres column');
      } else if (column !== undefined) {
        drop(
          object,
          `Inconsistent object: field definition conflicts with custom field name for postgres column "${column}"`,
        );
      }
    }
  }
  return conflicting;
}

/** The field and, of those that give lists, its `_aggregate` sibling. */
function graphQLNames(
  { source }: TrackedTable,
  member: { readonly relationship: TrackedRelationship } | { readonly field: TrackedComputedField },
): string[] {
  const { name } = 'relationship' in member ? member.relationship : member.field;
  const list =
    'relationship' in member ? member.relationship.kind === 'array' : member.field.returns.kind === 'table';
  return list ? [name, aggregateFieldName(source.naming.convention, name)] : [name];
}
