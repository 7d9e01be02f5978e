// Object and array relationships of a native query -> where they lead: to a table, or to another native query.

import type { Inconsistency } from '../../artifact/types.ts';
import type { ManualConfiguration, NativeQueryRelationship } from '../../metadata/types.ts';
import { attempt, type MetadataObject, refuse, report } from '../inconsistency.ts';
import { invalidNameReason, isGraphQLName, nameKey, quotedLabel } from '../tables/names.ts';
import { describe } from '../tables/root-fields.ts';
import type {
  TrackedNativeQuery,
  TrackedRelationship,
  TrackedRows,
  TrackedSource,
} from '../tables/tracked.ts';

/** Adds the relationships of a query to its rows. All queries of its source must have been tracked before. */
export function trackNativeRelationships(query: TrackedNativeQuery, inconsistencies: Inconsistency[]): void {
  const { metadata, rows } = query;
  for (const kind of ['object', 'array'] as const) {
    const all = metadata[`${kind}_relationships`] ?? [];
    const counts = Map.groupBy(all, ({ name }) => name);
    for (const [index, relationship] of all.entries()) {
      const object = relationshipObject(query, relationship, { kind, index });
      if ((counts.get(relationship.name)?.length ?? 0) > 1) {
        report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
        continue;
      }
      const found = attempt(inconsistencies, object, () => compileRelationship(query, kind, relationship));
      if (found) rows.relationships.set(found.name, found);
    }
  }
}

function relationshipObject(
  { object, source, name }: TrackedNativeQuery,
  relationship: NativeQueryRelationship,
  { kind, index }: { readonly kind: 'object' | 'array'; readonly index: number },
): MetadataObject {
  const type = `${kind}_relation`;
  return {
    type,
    name: `${type} ${relationship.name} in native_query ${name} in source ${source.metadata.name}`,
    definition: { ...relationship, source: source.metadata.name, native_query: name },
    path: [...object.path, `${kind}_relationships`, index],
  };
}

function compileRelationship(
  { rows, source }: TrackedNativeQuery,
  kind: 'object' | 'array',
  { name, using, comment }: NativeQueryRelationship,
): TrackedRelationship {
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  if (rows.columns.has(name)) refuse(`the field "${name}" is a column of the logical model already`);
  const manual = 'manual_configuration' in using ? using.manual_configuration : using;
  return {
    kind,
    name,
    description: describe(comment, null, `An ${kind} relationship`),
    nullable: true,
    ...manualEnd(source, rows, manual),
  };
}

/**
 * Where a relationship with a mapping leads, for one that leads from or to a native query.
 * @throws a refusal for what is not there.
 */
export function manualEnd(
  source: TrackedSource,
  from: TrackedRows,
  using: ManualConfiguration,
): Pick<TrackedRelationship, 'remote' | 'mapping' | 'native'> {
  const mapping = Object.entries(using.column_mapping);
  if (mapping.length === 0) refuse('column_mapping is empty: it would pair every row with every row');
  const target = using.remote_native_query ?? using.native_query;
  const end = target === undefined ? tableEnd(source, using) : nativeEnd(source, target);
  for (const [own, other] of mapping) {
    checkColumn(from, own);
    checkColumn(end.remote, other);
  }
  return { ...end, mapping };
}

function tableEnd(
  source: TrackedSource,
  { remote_table: name }: ManualConfiguration,
): { remote: TrackedRows } {
  if (!name) return refuse('the relationship says neither remote_table nor remote_native_query');
  const remote = source.tables.get(nameKey(name)) ?? refuse(`table ${quotedLabel(name)} is not tracked`);
  return { remote };
}

function nativeEnd(source: TrackedSource, name: string): { remote: TrackedRows; native: TrackedNativeQuery } {
  const native = source.nativeQueries.get(name) ?? refuse(`native query "${name}" is not tracked`);
  return { remote: native.rows, native };
}

function checkColumn({ columns, rowsOf, catalog }: TrackedRows, column: string): void {
  if (columns.has(column)) return;
  const owner = rowsOf ? 'logical model' : 'table';
  refuse(`${owner} ${quotedLabel(catalog)} has no field named "${column}"`);
}
