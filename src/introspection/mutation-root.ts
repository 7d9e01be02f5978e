// What a role may write -> `mutation_root`: the fields of its tables, and of functions exposed as mutations.

import type { WriteView } from '../artifact/decode-writes.ts';
import type { TableView } from '../artifact/decode.ts';
import type { Namespace } from '../artifact/root-fields.ts';
import { fieldWord, namespaceTypeName } from '../artifact/type-names.ts';
import type { MutationField, WriteField } from '../artifact/write-types.ts';
import { must, unreachable } from '../util/assert.ts';
import { boolExp } from './bool-exp.ts';
import { functionRootField } from './function-root.ts';
import { primaryKeyArguments } from './primary-key.ts';
import { isSelectable } from './reach.ts';
import { scalar } from './scalar.ts';
import { tableType } from './table-type.ts';
import type { FieldDef, InputValueDef, TypeDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';
import {
  insertInput,
  keyInput,
  onConflictArgument,
  operatorArguments,
  updatesInput,
} from './write-inputs.ts';

export const MUTATION_ROOT = 'mutation_root';

/** Defines the mutation root of a role that may write anything. */
export function defineMutationRoot(registry: TypeRegistry): void {
  const { fields, namespaces } = registry.role.writes().fields;
  const all = [...fields.values(), ...[...namespaces.values()].flatMap((n) => [...n.fields.values()])];
  // An object type has a field: one that none could be given for does not count.
  if (!all.some((field) => mutationField(registry, field).length > 0)) return;
  registry.define(MUTATION_ROOT, 'the root of mutations', null, () => mutationRoot(registry));
}

function mutationRoot(registry: TypeRegistry): TypeDef {
  const { fields: own, namespaces } = registry.role.writes().fields;
  const fields = [
    ...[...own.values()].flatMap((field) => mutationField(registry, field)),
    ...[...namespaces.values()].flatMap((namespace) => namespaceField(registry, namespace)),
  ];
  return {
    kind: 'OBJECT',
    name: MUTATION_ROOT,
    description: 'mutation root',
    fields: sortedByName(fields),
  };
}

function namespaceField(registry: TypeRegistry, namespace: Namespace<MutationField>): readonly FieldDef[] {
  const fields = [...namespace.fields.values()].flatMap((field) => mutationField(registry, field));
  if (fields.length === 0) return [];
  const { name, naming } = namespace;
  const root = registry.role.writes().backend ? 'mutation_backend' : 'mutation_frontend';
  const typeName = namespaceTypeName(naming, name, root);
  const type = registry.define(typeName, `the mutations of namespace ${name}`, null, () => ({
    kind: 'OBJECT',
    name: typeName,
    description: null,
    fields: sortedByName(fields),
  }));
  return [{ name, description: null, args: [], type }];
}

function mutationField(registry: TypeRegistry, field: MutationField): readonly FieldDef[] {
  if ('function' in field) return functionRootField(registry, field);
  const { name, description } = field;
  const write = registry.role.writes().table(field.write);
  const args = fieldArguments(registry, write, field.kind);
  const type = resultType(registry, write, field.kind);
  return args && type ? [{ name, description, args, type }] : [];
}

/** The type of a field's answer; null when it would have no members. */
function resultType(registry: TypeRegistry, write: WriteView, kind: WriteField['kind']): TypeText | null {
  switch (kind) {
    case 'insert':
    case 'update':
    case 'delete':
      return responseType(registry, write);
    case 'update_many':
      return `[${responseType(registry, write)}]`;
    case 'insert_one':
    case 'update_by_pk':
    case 'delete_by_pk': {
      const table = selected(registry, write);
      return isSelectable(registry.role, table) ? tableType(registry, table) : null;
    }
    default:
      return unreachable(kind);
  }
}

function responseType(registry: TypeRegistry, write: WriteView): TypeText {
  const name = write.typeOf('mutation_response');
  const { convention } = write.naming;
  return registry.define(name, 'the response', write, () => {
    const fields: FieldDef[] = [
      {
        name: fieldWord(convention, 'affected_rows'),
        description: 'number of rows affected by the mutation',
        args: [],
        type: `${scalar(registry, 'Int')}!`,
      },
    ];
    const table = write.select === null ? null : registry.role.table(write.select);
    if (table && isSelectable(registry.role, table)) {
      const type = `[${tableType(registry, table)}!]!`;
      const description = 'data from the rows affected by the mutation';
      fields.push({ name: 'returning', description, args: [], type });
    }
    const description = `response of any mutation on the table "${describedTable(write)}"`;
    return { kind: 'OBJECT', name, description, fields };
  });
}

function fieldArguments(
  registry: TypeRegistry,
  write: WriteView,
  kind: WriteField['kind'],
): readonly InputValueDef[] | null {
  switch (kind) {
    case 'insert':
    case 'insert_one': {
      const rows = insertInput(registry, write);
      if (!rows) return null;
      const given =
        kind === 'insert'
          ? inputValue('objects', 'the rows to be inserted', `[${rows}!]!`)
          : inputValue('object', 'the row to be inserted', `${rows}!`);
      return sortedByName([given, ...onConflictArgument(registry, write)]);
    }
    case 'update':
      return sortedByName([...operatorArguments(registry, write), where(registry, write, 'updated')]);
    case 'update_by_pk': {
      const key = keyInput(registry, write, primaryKeyArguments(registry, selected(registry, write)));
      const name = fieldWord(write.naming.convention, 'pk_columns');
      return sortedByName([...operatorArguments(registry, write), inputValue(name, null, `${key}!`)]);
    }
    case 'update_many': {
      const updates = updatesInput(registry, write, where(registry, write, 'updated'));
      return [inputValue('updates', 'updates to execute', `[${updates}!]!`)];
    }
    case 'delete':
      return [where(registry, write, 'deleted')];
    case 'delete_by_pk':
      return primaryKeyArguments(registry, selected(registry, write));
    default:
      return unreachable(kind);
  }
}

function where(registry: TypeRegistry, write: WriteView, verb: 'updated' | 'deleted'): InputValueDef {
  const type = boolExp(registry, selected(registry, write));
  return inputValue('where', `filter the rows which have to be ${verb}`, `${type}!`);
}

function selected(registry: TypeRegistry, { select }: WriteView): TableView {
  return registry.role.table(must(select, 'the field is there for roles that may select'));
}
