// Artifact -> one text the worker bundles, laid out as layout.ts says.

import { assert, must } from '../util/assert.ts';
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
import { packColumn, ROOT_FIELD_KINDS } from './layout.ts';
import type { Renumbering } from './renumber.ts';
import { renumberArguments, renumberExp, renumberField } from './renumber.ts';
import type { Artifact, BoolExp, FieldModel, RoleModel, RootField, ScalarType, TableModel } from './types.ts';

/**
 * Deterministic text of an artifact: equal artifacts give equal text. Only ASCII comes out, so that V8 keeps the
 * whole text at one byte a character.
 */
export function encodeArtifact(artifact: Artifact): string {
  const shared: Shared = { types: numbering(), tables: numbering(), parts: [] };
  const parts = artifact.roles.map((role) => encodeRole(role, shared));
  const sharedPart = encodeShared(shared);

  const roles: Record<string, Extent> = {};
  let offset = sharedPart.length;
  for (const [i, { role }] of artifact.roles.entries()) {
    const { length } = must(parts[i], 'each role has a part');
    roles[role] = [offset, length];
    offset += length;
  }
  const storedQueries = artifact.storedQueries ? asciiJson(artifact.storedQueries) : '';
  const header: ArtifactHeader = {
    version: artifact.version,
    sources: artifact.sources,
    inconsistencies: artifact.inconsistencies,
    roles,
    ...(storedQueries !== '' && { storedQueries: [offset, storedQueries.length] as const }),
  };
  return `${asciiJson(header)}\n${sharedPart}${parts.join('')}${storedQueries}`;
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

/** Values by number; equal values have the same one. */
interface Numbering<T> {
  readonly values: readonly T[];
  number(value: T): number;
}

function numbering<T>(): Numbering<T> {
  const values: T[] = [];
  const numbers = new Map<string, number>();
  return {
    values,
    number(value) {
      const key = JSON.stringify(value);
      let n = numbers.get(key);
      if (n === undefined) numbers.set(key, (n = values.push(value) - 1));
      return n;
    },
  };
}

function encodeRole(role: RoleModel, shared: Shared): string {
  const types = role.types.map((type) => shared.types.number(type));
  const tables = role.tables.map((table) => sharedTableNumber(table, shared));
  const to = {
    type: (ref: number) => must(types[ref], 'a type of the role'),
    table: (ref: number) => must(tables[ref], 'a table of the role'),
  };
  const rootFields = role.queryFields.flatMap((field) => {
    const { rootFields: known } = must(
      shared.parts[to.table(field.table)],
      'each shared table has its parts',
    );
    return [field.table, known.number(sharedRootField(field, to.type))];
  });

  let blocks = '';
  const heads = role.tables.map((table, ref): RoleHead['tables'][number] => {
    const number = to.table(ref);
    const { fields } = must(shared.parts[number], 'each shared table has its parts');
    const visible = visibleParts(table.fields, to.type);
    const common = [
      table.fields.map((field) => fields.number(sharedField(renumberField(field, to)))),
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

function sharedRootField(field: RootField, type: Renumbering['type']): SharedRootField {
  const { name, kind, description, namespace } = field;
  const common = [name, ROOT_FIELD_KINDS.indexOf(kind), description] as const;
  if (!('function' in field)) return namespace === null ? common : [...common, namespace];
  const { function: fn } = field;
  return [...common, namespace, { ...fn, arguments: renumberArguments(fn.arguments, type) }];
}

/** What of a field is the same for roles that see all of its values and for those that see some. */
function sharedField(field: FieldModel): SharedField {
  if (field.kind === 'column') return packColumn(field);
  if (field.kind !== 'computed_field' || !field.visible) return field;
  const { visible: _, ...shared } = field;
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

function sharedTableNumber(model: TableModel, shared: Shared): number {
  const { source, table, typeName, baseName, description } = model;
  const n = shared.tables.number({ source, table, typeName, baseName, description });
  shared.parts[n] ??= { fields: numbering(), rootFields: numbering() };
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

function asciiJson(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  assert(!text.includes('\n'), 'JSON on one line');
  return text;
}
