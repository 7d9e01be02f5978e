// A table a role may write to -> the input types of its mutations: rows to insert, conflicts, operators of updates.

import type { WriteView } from '../artifact/decode-writes.ts';
import { fieldWord } from '../artifact/type-names.ts';
import type { WriteColumn, WriteRelationship } from '../artifact/write-types.ts';
import { mayUpsert } from '../plan/mutation/check-rows.ts';
import { nameableKeys, NO_COLUMN } from '../plan/mutation/on-conflict.ts';
import type { UpdateOperator } from '../plan/mutation/update-set.ts';
import { operatorColumns, updateOperators } from '../plan/mutation/update-set.ts';
import { boolExp } from './bool-exp.ts';
import { scalarType } from './scalar.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_insert_input`; null when the role may give nothing: GraphQL has no empty types. */
export function insertInput(registry: TypeRegistry, write: WriteView): TypeText | null {
  if (!canInsert(write)) return null;
  const name = write.typeOf('insert_input');
  return registry.define(name, 'rows to insert', write, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `input type for inserting data into table "${describedTable(write)}"`,
    inputFields: sortedByName([
      ...columnsOf(write, write.insert?.columns ?? []).map((column) => columnValue(registry, column)),
      ...write.relationships.flatMap((relationship) => relatedInput(registry, relationship)),
    ]),
  }));
}

/** Relationships lead to tables that the role may insert into, which may have nothing to give either. */
function canInsert(write: WriteView): boolean {
  return write.insert !== null && (write.insert.columns.length > 0 || write.relationships.length > 0);
}

function relatedInput(registry: TypeRegistry, relationship: WriteRelationship): readonly InputValueDef[] {
  const remote = registry.role.writes().table(relationship.write);
  const rows = insertInput(registry, remote);
  if (!rows) return [];
  const many = relationship.kind === 'array';
  const name = remote.typeOf(many ? 'arr_rel_insert_input' : 'obj_rel_insert_input');
  registry.define(name, 'rows to insert through a relationship', remote, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `input type for inserting ${many ? 'array' : 'object'} relation for remote table "${describedTable(remote)}"`,
    inputFields: sortedByName([
      inputValue('data', null, many ? `[${rows}!]!` : `${rows}!`),
      ...onConflictArgument(registry, remote),
    ]),
  }));
  return [inputValue(relationship.name, null, name)];
}

/** The argument `on_conflict`, for roles that may also update. */
export function onConflictArgument(registry: TypeRegistry, write: WriteView): readonly InputValueDef[] {
  if (!mayUpsert(write) || nameableKeys(write).length === 0) return [];
  const { convention } = write.naming;
  const name = write.typeOf('on_conflict');
  registry.define(name, 'the conflict', write, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `on_conflict condition type for table "${describedTable(write)}"`,
    inputFields: sortedByName([
      inputValue('constraint', null, `${constraint(registry, write)}!`),
      {
        name: fieldWord(convention, 'update_columns'),
        description: null,
        type: `[${updateColumn(registry, write)}!]!`,
        defaultValue: '[]',
      },
      ...(write.select === null
        ? []
        : [inputValue('where', null, boolExp(registry, registry.role.table(write.select)))]),
    ]),
  }));
  return [inputValue(fieldWord(convention, 'on_conflict'), 'upsert condition', name)];
}

function constraint(registry: TypeRegistry, write: WriteView): TypeText {
  const name = write.typeOf('constraint');
  return registry.define(name, 'the constraints', write, () => ({
    kind: 'ENUM',
    name,
    description: `unique or primary key constraints on table "${describedTable(write)}"`,
    values: sortedByName(
      nameableKeys(write).map((key) => ({
        name: key.name,
        description: `unique or primary key constraint on columns ${key.columns.map((c) => `"${c}"`).join(', ')}`,
      })),
    ),
  }));
}

function updateColumn(registry: TypeRegistry, write: WriteView): TypeText {
  const name = write.typeOf('update_column');
  const columns = write.update?.columns ?? [];
  return registry.define(name, 'the columns to update', write, () => ({
    kind: 'ENUM',
    name,
    description: `update columns of table "${describedTable(write)}"`,
    values:
      columns.length > 0
        ? sortedByName(columns.map((column) => ({ name: column, description: 'column name' })))
        : [{ name: NO_COLUMN, description: 'placeholder (do not use)' }],
  }));
}

/** The arguments `_set`, `_inc`, … that work on a column the role may update. */
export function operatorArguments(registry: TypeRegistry, write: WriteView): readonly InputValueDef[] {
  return updateOperators(registry.role, write).map((operator) =>
    inputValue(
      fieldWord(write.naming.convention, operator.name),
      operator.description,
      operatorInput(registry, write, operator),
    ),
  );
}

function operatorInput(registry: TypeRegistry, write: WriteView, operator: UpdateOperator): TypeText {
  const name = write.typeOf(operator.typeKind);
  return registry.define(name, `the operator ${operator.name}`, write, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: inputDescription(write, operator),
    inputFields: sortedByName(
      operatorColumns(registry.role, write, operator).map((column) =>
        operator.operand
          ? inputValue(column.name, column.description, scalarType(registry, operator.operand))
          : columnValue(registry, column),
      ),
    ),
  }));
}

function inputDescription(write: WriteView, operator: UpdateOperator): string {
  switch (operator.name) {
    case '_set':
      return `input type for updating data in table "${describedTable(write)}"`;
    case '_inc':
      return `input type for incrementing numeric columns in table "${describedTable(write)}"`;
    default:
      return operator.description;
  }
}

/** Defines `<table>_updates`, one update among several. */
export function updatesInput(registry: TypeRegistry, write: WriteView, where: InputValueDef): TypeText {
  const name = write.typeOf('updates');
  return registry.define(name, 'one of several updates', write, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: sortedByName([...operatorArguments(registry, write), where]),
  }));
}

/** Defines `<table>_pk_columns_input` over those columns. */
export function keyInput(
  registry: TypeRegistry,
  write: WriteView,
  columns: readonly InputValueDef[],
): TypeText {
  const name = write.typeOf('pk_columns_input');
  return registry.define(name, 'the primary key', write, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `primary key columns input for table: ${write.baseName}`,
    inputFields: columns,
  }));
}

function columnsOf(write: WriteView, names: readonly string[]): readonly WriteColumn[] {
  return names.flatMap((name) => write.column(name) ?? []);
}

function columnValue(registry: TypeRegistry, { name, description, type }: WriteColumn): InputValueDef {
  return inputValue(name, description, scalarType(registry, registry.role.type(type)));
}
