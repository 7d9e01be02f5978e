// Generated mutations -> GraphQL text and variables. Arguments go in as literals or as variables, as a coin decides.

import type { Change, Conflict, InsertObject, Mutation } from './mutation-types.ts';
import type { Printing } from './print.ts';
import { fieldsText, value } from './print.ts';

/** The request of root fields `m0`, `m1`, … */
export function printMutations(
  mutations: readonly Mutation[],
  coin: () => boolean,
): { readonly query: string; readonly variables: Record<string, unknown> } {
  const printing: Printing = { coin, declarations: [], variables: {} };
  const fields = mutations.map((mutation, i) => `m${i}: ${rootText(mutation, printing)}`);
  const declarations = printing.declarations.length > 0 ? `(${printing.declarations.join(', ')})` : '';
  return { query: `mutation ${declarations} { ${fields.join(' ')} }`, variables: printing.variables };
}

function rootText(mutation: Mutation, printing: Printing): string {
  const { table, returning } = mutation;
  const fields = returning ? fieldsText(returning, printing) : '';
  const many = returning ? `{ affected_rows returning { ${fields} } }` : '{ affected_rows }';
  const one = `{ ${fields} }`;
  const bool = `${table}_bool_exp`;
  switch (mutation.kind) {
    case 'insert': {
      const objects = value(mutation.objects.map(objectJson), `[${table}_insert_input!]!`, printing);
      return `insert_${table}(objects: ${objects}${conflictText(mutation, printing)}) ${many}`;
    }
    case 'insert_one': {
      const object = value(mutation.objects.map(objectJson)[0], `${table}_insert_input!`, printing);
      return `insert_${table}_one(object: ${object}${conflictText(mutation, printing)}) ${one}`;
    }
    case 'update':
      return `update_${table}(where: ${value(mutation.where, `${bool}!`, printing)}${changeText(table, mutation.change, printing)}) ${many}`;
    case 'update_by_pk': {
      const key = value({ id: mutation.id }, `${table}_pk_columns_input!`, printing);
      return `update_${table}_by_pk(pk_columns: ${key}${changeText(table, mutation.change, printing)}) ${one}`;
    }
    case 'update_many': {
      const updates = mutation.updates.map(({ where, change }) => ({ where, ...given(change) }));
      return `update_${table}_many(updates: ${value(updates, `[${table}_updates!]!`, printing)}) ${many}`;
    }
    case 'delete':
      return `delete_${table}(where: ${value(mutation.where, `${bool}!`, printing)}) ${many}`;
    case 'delete_by_pk':
      return `delete_${table}_by_pk(id: ${value(mutation.id, 'Int!', printing)}) ${one}`;
  }
}

function objectJson({ values, nested }: InsertObject): Record<string, unknown> {
  const inner = Object.entries(nested).map(([name, { objects, conflict }]) => {
    // Those of object relationships are named for one row.
    const data = objects.map(objectJson);
    const on_conflict = conflict && { on_conflict: given(conflict) };
    return [name, { data: name.endsWith('s') ? data : data[0], ...on_conflict }] as const;
  });
  return { ...values, ...Object.fromEntries(inner) };
}

function conflictText(mutation: Mutation & { kind: 'insert' | 'insert_one' }, printing: Printing): string {
  const { conflict, table } = mutation;
  if (!conflict) return '';
  const { constraint, update_columns, where } = conflict;
  const condition = where ? `, where: ${value(where, `${table}_bool_exp`, printing)}` : '';
  const columns = value(update_columns, `[${table}_update_column!]!`, printing, true);
  return `, on_conflict: {constraint: ${constraint}, update_columns: ${columns}${condition}}`;
}

function changeText(table: string, change: Change, printing: Printing): string {
  return Object.entries(given(change))
    .map(([name, exp]) => `, ${name}: ${value(exp, `${table}${name}_input`, printing)}`)
    .join('');
}

function given(change: Change | Conflict): Record<string, unknown> {
  return Object.fromEntries(Object.entries(change).filter(([, exp]) => exp !== undefined));
}
