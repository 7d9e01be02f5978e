// Artifact -> one text the worker bundles, laid out as layout.ts says.

import { must } from '../util/assert.ts';
import { asciiJson, type Numbering, numbering, sharedRootField } from './encode-parts.ts';
import { encodeWrites } from './encode-writes.ts';
import type {
  ArtifactHeader,
  Extent,
  RoleHead,
  RoleTable,
  SharedField,
  SharedHead,
  SharedRootField,
  SharedTable,
} from './layout.ts';
import { IN_QUERY, IN_SUBSCRIPTION, packColumn, ROOTS_UNIT } from './layout.ts';
import type { Renumbering } from './renumber.ts';
import { renumberExp, renumberField } from './renumber.ts';
import type {
  Artifact,
  BoolExp,
  FieldModel,
  RoleModel,
  RootField,
  ScalarType,
  TableModel,
  TableRef,
} from './types.ts';

/**
 * Deterministic text of an artifact: equal artifacts give equal text. Only ASCII comes out, so that V8 keeps the
 * whole text at one byte a character. `document` is the metadata it was made from, for a worker that has no other
 * place to look it up.
 */
export function encodeArtifact(artifact: Artifact, document?: unknown): string {
  const shared: Shared = {
    types: numbering((type) => type.graphql),
    tables: numbering((table) => table.typeName),
    parts: [],
  };
  const parts = artifact.roles.map((role) => encodeRole(role, shared));
  const writes = encodeWrites(artifact.roles, shared.types);
  const storedQueries = artifact.storedQueries ? asciiJson(artifact.storedQueries) : '';

  const texts: string[] = [];
  let offset = 0;
  const place = (text: string): Extent => {
    texts.push(text);
    offset += text.length;
    return [offset - text.length, text.length];
  };
  const byRole = (of: readonly string[]): Record<string, Extent> =>
    Object.fromEntries(
      artifact.roles.map(({ role }, i) => [role, place(must(of[i], 'each role has its part'))]),
    );
  place(encodeShared(shared));
  const header: ArtifactHeader = {
    version: artifact.version,
    sources: artifact.sources,
    inconsistencies: artifact.inconsistencies,
    ...(artifact.limits && { limits: artifact.limits }),
    ...(artifact.noIntrospection && { noIntrospection: artifact.noIntrospection }),
    roles: byRole(parts),
    ...(!writes.empty && { writes: { shared: place(writes.shared), roles: byRole(writes.roles) } }),
    ...(storedQueries !== '' && { storedQueries: place(storedQueries) }),
    ...(document !== undefined && { document: place(asciiJson(document)) }),
  };
  return `${asciiJson(header)}\n${texts.join('')}`;
}

/** What several roles have in common, gathered while they are encoded. */
interface Shared {
  readonly types: Numbering<ScalarType>;
  readonly tables: Numbering<Omit<SharedTable, 'fields'>>;
  /** By the number of the table. */
  readonly parts: SharedTableParts[];
}

interface SharedTableParts {
  readonly fields: Numbering<SharedTable['fields'][number]>;
  readonly rootFields: Numbering<SharedRootField>;
}

function encodeRole(role: RoleModel, shared: Shared): string {
  const types = role.types.map((type) => shared.types.number(type));
  const type = (ref: number): number => must(types[ref], 'a type of the role');
  const tables = role.tables.map((table) => sharedTableNumber(table, type, shared));
  const to = {
    type,
    table: (ref: number) => must(tables[ref], 'a table of the role'),
  };
  const placed = new Map<string, { readonly name: string; readonly pair: [TableRef, number] }>();
  const put = (fields: readonly RootField[], root: number): void => {
    for (const field of fields) {
      const { rootFields: known } = must(
        shared.parts[to.table(field.table)],
        'each shared table has its parts',
      );
      const n = known.number(sharedRootField(field, to.type));
      const key = `${field.table} ${n}`;
      const entry = placed.get(key) ?? { name: field.name, pair: [field.table, n * ROOTS_UNIT] };
      entry.pair[1] += root;
      placed.set(key, entry);
    }
  };
  put(role.queryFields, IN_QUERY);
  put(role.subscriptionFields, IN_SUBSCRIPTION);
  const rootFields = [...placed.values()]
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .flatMap(({ pair }) => pair);

  let blocks = '';
  const heads = role.tables.map((table, ref): RoleHead['tables'][number] => {
    const number = to.table(ref);
    const { fields } = must(shared.parts[number], 'each shared table has its parts');
    const visible = visibleParts(table.fields, to.type);
    const common = [
      table.fields.map((field) => fields.number(sharedField(field, to))),
      table.primaryKey,
      renumberExp(table.filter, to.type),
      table.limit,
      table.allowAggregations ? 1 : 0,
    ] as const;
    const own: RoleTable = visible.length > 0 ? [...common, visible] : common;
    const text = asciiJson(own);
    blocks += text;
    return [number, text.length];
  });
  const head: RoleHead = { tables: heads, rootFields };
  return `${asciiJson(head)}\n${blocks}`;
}

function fieldName(field: SharedField): string {
  return 'name' in field ? field.name : field[0];
}

/** What of a field is the same for roles that see all of its values and for those that see some. */
function sharedField(field: FieldModel, to: Renumbering): SharedField {
  const other = field.kind === 'column' ? field : renumberField(field, to);
  // Nearly all are columns: no copy with other numbers is made of them.
  if (other.kind === 'column') return packColumn(other, to.type(other.type));
  if (other.kind !== 'computed_field' || !other.visible) return other;
  const { visible: _, ...shared } = other;
  return shared;
}

/** Many fields of a table are visible in the same rows, so these are written once. */
function visibleParts(
  fields: readonly FieldModel[],
  type: Renumbering['type'],
): readonly (readonly [BoolExp, readonly number[]])[] {
  const places = new Map<string, [BoolExp, number[]]>();
  for (const [i, field] of fields.entries()) {
    const rows = 'visible' in field ? field.visible : undefined;
    if (!rows) continue;
    const key = JSON.stringify(rows);
    const known = places.get(key);
    if (known) known[1].push(i);
    else places.set(key, [renumberExp(rows, type), [i]]);
  }
  return [...places.values()];
}

function sharedTableNumber(model: TableModel, type: Renumbering['type'], shared: Shared): number {
  const { source, table, rowsOf, typeName, baseName, description } = model;
  const relay = model.relay && {
    ...model.relay,
    key: model.relay.key.map((column) => ({ ...column, type: type(column.type) })),
  };
  const n = shared.tables.number({
    source,
    table,
    typeName,
    baseName,
    description,
    ...(rowsOf && { rowsOf }),
    ...(relay && { relay }),
  });
  shared.parts[n] ??= { fields: numbering(fieldName), rootFields: numbering(([name]) => name) };
  return n;
}

function encodeShared({ types, tables, parts }: Shared): string {
  let blocks = '';
  const head: SharedHead = {
    types: types.values,
    tables: tables.values.map((table, n) => {
      const { fields, rootFields } = must(parts[n], 'each shared table has its parts');
      const text = asciiJson({ ...table, fields: fields.values } satisfies SharedTable);
      blocks += text;
      return [text.length, rootFields.values];
    }),
  };
  return `${asciiJson(head)}\n${blocks}`;
}
