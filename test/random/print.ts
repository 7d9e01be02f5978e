// Generated queries -> GraphQL text and variables. Arguments go in as literals or as variables, as a coin decides.

import type { Call, Query } from './generate.ts';
import { MODELS, MOODS, TABLES } from './model.ts';
import type { Aggregate, ListArguments, Selection } from './naive.ts';

export interface Printing {
  readonly coin: () => boolean;
  readonly declarations: string[];
  readonly variables: Record<string, unknown>;
}

/** The request of a generated query. */
export function printQuery(
  query: Query,
  coin: () => boolean,
): { readonly query: string; readonly variables: Record<string, unknown> } {
  const printing: Printing = { coin, declarations: [], variables: {} };
  const body = rootText(query, printing);
  const declarations = printing.declarations.length > 0 ? `(${printing.declarations.join(', ')})` : '';
  return { query: `query ${declarations} { ${body} }`, variables: printing.variables };
}

function rootText(query: Query, printing: Printing): string {
  switch (query.kind) {
    case 'list':
      return `root: ${query.called?.name ?? query.table}${argumentsText(query.table, query.selection.args, printing, query.called)} { ${fieldsText(query.selection.fields, printing)} }`;
    case 'aggregate':
      return `root: ${query.called?.name ?? query.table}_aggregate${aggregateText(query.table, query.selection, printing, query.called)}`;
    case 'by_pk':
      return `root: ${query.table}_by_pk(id: ${value(query.id, 'Int!', printing)}) { ${fieldsText(query.fields, printing)} }`;
  }
}

/** A selection's text. */
export function fieldsText(fields: readonly Selection[], printing: Printing): string {
  return fields
    .map((field) => {
      switch (field.kind) {
        case 'column':
          return `${field.key}: ${field.column}`;
        case 'typename':
          return '__typename';
        case 'object':
          return `${field.name} { ${fieldsText(field.fields, printing)} }`;
        case 'list': {
          const target = TARGETS[field.name] ?? '';
          return `${field.name}${argumentsText(target, field.args, printing)} { ${fieldsText(field.fields, printing)} }`;
        }
        case 'aggregate':
          return `${field.name}_aggregate${aggregateText(TARGETS[field.name] ?? '', field, printing)}`;
      }
    })
    .join(' ');
}

/** The tables of relationships; one name is always of the same. */
const TARGETS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(TABLES).flatMap(({ relationships }) =>
    Object.entries(relationships).map(([name, { table }]) => [name, table]),
  ),
);

function aggregateText(
  table: string,
  selection: Selection & { kind: 'aggregate' },
  printing: Printing,
  called?: Call,
): string {
  const { groups } = selection;
  const keys = groups?.keys.map((column) => `{column: ${column}}`).join(', ');
  const grouped = groups
    ? ` group_by(keys: [${keys}]) { group_key { ${groups.shown.join(' ')} } aggregate { ${membersText(groups.aggregate)} } }`
    : '';
  return `${argumentsText(table, selection.args, printing, called)} { aggregate { ${membersText(selection.aggregate)} } nodes { ${fieldsText(selection.nodes, printing)} }${grouped} }`;
}

function membersText(aggregate: readonly Aggregate[]): string {
  const members = aggregate.map((a) => {
    if (a.op !== 'count') return `${a.key}: ${a.op} { ${a.columns[0]} }`;
    if (a.columns.length === 0) return `${a.key}: count`;
    return `${a.key}: count(columns: [${a.columns.join(', ')}], distinct: ${String(a.distinct)})`;
  });
  return members.join(' ');
}

function argumentsText(table: string, args: ListArguments, printing: Printing, called?: Call): string {
  const texts = called
    ? [
        `args: ${value(called.args, `${called.name}_${called.name === 'rated' ? 'arguments' : 'args'}!`, printing)}`,
      ]
    : [];
  if (args.where) texts.push(`where: ${value(args.where, `${table}_bool_exp`, printing)}`);
  if (args.order_by) texts.push(`order_by: ${value(args.order_by, `[${table}_order_by!]`, printing, true)}`);
  if (args.distinct_on)
    texts.push(
      `distinct_on: ${value(args.distinct_on, `[${table}_${table in MODELS ? 'enum_name' : 'select_column'}!]`, printing, true)}`,
    );
  if (args.limit !== undefined) texts.push(`limit: ${value(args.limit, 'Int', printing)}`);
  if (args.offset !== undefined) texts.push(`offset: ${value(args.offset, 'Int', printing)}`);
  return texts.length > 0 ? `(${texts.join(', ')})` : '';
}

/** A literal or a variable, as the coin decides. */
export function value(json: unknown, type: string, printing: Printing, enums = false): string {
  if (!printing.coin()) return literal(json, enums);
  const name = `v${printing.declarations.length}`;
  printing.declarations.push(`$${name}: ${type}`);
  printing.variables[name] = json;
  return `$${name}`;
}

/** What stands in them are names, not texts. */
const ENUM_KEYS = ['arguments', 'constraint', 'update_columns'];

function literal(json: unknown, enums: boolean): string {
  if (Array.isArray(json)) return `[${json.map((item) => literal(item, enums)).join(', ')}]`;
  if (typeof json === 'object' && json !== null) {
    return `{${Object.entries(json)
      .map(([key, item]) => `${key}: ${literal(item, enums || ENUM_KEYS.includes(key))}`)
      .join(', ')}}`;
  }
  const isEnum = enums || (MOODS as readonly unknown[]).includes(json);
  return isEnum && typeof json === 'string' ? json : JSON.stringify(json);
}
