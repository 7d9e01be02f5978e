// What roles may write -> the parts of an artifact's text that write-layout.ts describes.

import { must } from '../util/assert.ts';
import { asciiJson, type Numbering, numbering, sharedRootField } from './encode-parts.ts';
import { renumberExp } from './renumber.ts';
import type { RoleModel, ScalarType, TypeRef } from './types.ts';
import type {
  PackedColumn,
  PackedPreset,
  PackedRelationship,
  RoleWrite,
  RoleWritesHead,
  SharedWrite,
  SharedWriteField,
  SharedWritesHead,
} from './write-layout.ts';
import { WRITE_FLAGS, WRITE_KINDS } from './write-layout.ts';
import type { Preset, WriteColumn, WriteModel } from './write-types.ts';

/** The texts, and whether there is anything in them. */
export interface EncodedWrites {
  readonly shared: string;
  /** In the order of the roles. */
  readonly roles: readonly string[];
  readonly empty: boolean;
}

/** What of a table several roles have in common, gathered while they are encoded. */
interface SharedParts {
  readonly columns: Numbering<PackedColumn>;
  readonly relationships: Numbering<PackedRelationship>;
  readonly fields: Numbering<SharedWriteField>;
}

interface Shared {
  readonly types: Numbering<ScalarType>;
  readonly tables: Numbering<Omit<SharedWrite, 'columns' | 'relationships'>>;
  readonly parts: SharedParts[];
}

/** Encodes the writes of all roles; the numbers of their types are those of `types`, to which none is added. */
export function encodeWrites(roles: readonly RoleModel[], types: Numbering<ScalarType>): EncodedWrites {
  const shared: Shared = { types, tables: numbering((table) => table.typeName), parts: [] };
  const texts = roles.map((role) => encodeRole(role, shared));
  return {
    shared: encodeShared(shared),
    roles: texts,
    empty: roles.every((role) => role.writes.length === 0 && role.mutationFields.length === 0),
  };
}

function encodeRole(role: RoleModel, shared: Shared): string {
  const types = role.types.map((type) => shared.types.number(type));
  const type = (ref: TypeRef): TypeRef => must(types[ref], 'a type of the role');
  const numbers = role.writes.map((write) => sharedNumber(write, shared));
  const partsOf = (ref: number): SharedParts =>
    must(shared.parts[must(numbers[ref], 'a table of the role')], 'parts');

  const functions: [number, ReturnType<typeof sharedRootField>][] = [];
  const fields = role.mutationFields.flatMap((field) => {
    if ('function' in field) return [-1, functions.push([field.table, sharedRootField(field, type)]) - 1];
    const { name, kind, description, namespace } = field;
    const common = [name, WRITE_KINDS.indexOf(kind), description] as const;
    const known = partsOf(field.write).fields;
    return [field.write, known.number(namespace === null ? common : [...common, namespace])];
  });

  let blocks = '';
  const heads = role.writes.map((write, ref): RoleWritesHead['writes'][number] => {
    const parts = partsOf(ref);
    const all = write.columns.map((column) => parts.columns.number(packColumn(column, type)));
    for (const { name, kind, order, mapping, write: other } of write.relationships) {
      const flags = (kind === 'array' ? 1 : 0) | (order === 'after' ? 2 : 0);
      parts.relationships.number([name, must(numbers[other], 'a table of the role'), flags, mapping]);
    }
    const listed = (names: readonly string[]): readonly number[] | 0 =>
      names.length === write.columns.length
        ? 0
        : names.map((name) =>
            must(all[write.columns.findIndex((c) => c.name === name)], 'a column of the table'),
          );
    const own: RoleWrite = [
      write.select,
      write.insert
        ? [
            listed(write.insert.columns),
            renumberExp(write.insert.check, type),
            packPresets(write.insert.presets, type),
            write.insert.validateInput ?? 0,
          ]
        : 0,
      write.update
        ? [
            listed(write.update.columns),
            renumberExp(write.update.filter, type),
            write.update.check && renumberExp(write.update.check, type),
            packPresets(write.update.presets, type),
            write.update.validateInput ?? 0,
          ]
        : 0,
      write.delete ? [renumberExp(write.delete.filter, type), write.delete.validateInput ?? 0] : 0,
    ];
    const text = asciiJson(own);
    blocks += text;
    return [must(numbers[ref], 'a number for each table'), text.length, flagsOf(write)];
  });
  const head: RoleWritesHead = { writes: heads, fields, functions };
  return `${asciiJson(head)}\n${blocks}`;
}

function sharedNumber(
  { source, table, typeName, baseName, partitioned, unseen, keys }: WriteModel,
  shared: Shared,
): number {
  const n = shared.tables.number({
    source,
    table,
    typeName,
    baseName,
    partitioned,
    ...(unseen && { unseen }),
    keys,
  });
  shared.parts[n] ??= {
    columns: numbering(([name]) => name),
    relationships: numbering(([name]) => name),
    fields: numbering(([name]) => name),
  };
  return n;
}

function encodeShared({ tables, parts }: Shared): string {
  let blocks = '';
  const head: SharedWritesHead = tables.values.map((table, n) => {
    const { columns, relationships, fields } = must(parts[n], 'each table has its parts');
    const text = asciiJson({
      ...table,
      columns: columns.values,
      relationships: relationships.values,
    } satisfies SharedWrite);
    blocks += text;
    return [text.length, fields.values];
  });
  return `${asciiJson(head)}\n${blocks}`;
}

function packColumn(column: WriteColumn, type: (ref: TypeRef) => TypeRef): PackedColumn {
  const { name, nullable, hasDefault, description } = column;
  const common = [name, type(column.type), (nullable ? 1 : 0) | (hasDefault ? 2 : 0)] as const;
  return description === null && column.column === name ? common : [...common, column.column, description];
}

function packPresets(presets: readonly Preset[], type: (ref: TypeRef) => TypeRef): readonly PackedPreset[] {
  return presets.map((preset) => [preset.column, type(preset.type), preset.value]);
}

function flagsOf(write: WriteModel): number {
  let flags = 0;
  for (const kind of ['insert', 'update', 'delete'] as const) {
    const permission = write[kind];
    if (!permission) continue;
    flags |= WRITE_FLAGS[kind];
    if (permission.backendOnly) flags |= WRITE_FLAGS.backendOnly[kind];
  }
  return flags;
}
