// `update_<table>`, `update_<table>_by_pk` and `update_<table>_many` -> statements.

import type { WriteView } from '../../artifact/decode-writes.ts';
import { wordOf } from '../../artifact/type-names.ts';
import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import type { Sql } from '../../sql/sql.ts';
import { andSql, ident, join, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import { listItems, mismatch, noList, readArguments } from '../arguments.ts';
import { whereSql } from '../bool-exp.ts';
import type { SelectedField } from '../collect.ts';
import { countTerm, invalid, newAlias } from '../context.ts';
import { presence, view } from '../input.ts';
import { keyConditions } from '../key.ts';
import { permissionSql } from '../permission.ts';
import { changeRows } from './changed-rows.ts';
import { checkedSql } from './insert-sql.ts';
import { looksAtOwnRow, whereLooksAtOwnRow } from './own-row.ts';
import { emptyResponse, IN_STATEMENT, responseSql, singleSql } from './response.ts';
import type { RootText } from './root-text.ts';
import type { MutationContext } from './script.ts';
import { assignments, updateOperators } from './update-set.ts';

/** What an update field is planned from. */
export interface FieldTask {
  readonly write: WriteView;
  readonly field: SelectedField;
  readonly slot: string;
}

/**
 * The rows of a filter.
 * @throws HedgeError `validation-failed` on arguments the role does not have.
 */
export function planUpdate(ctx: MutationContext, task: FieldTask): RootText {
  const { write, field } = task;
  const given = readArguments(field, ['where', ...operatorNames(ctx, write)], write.naming.convention);
  const place = at(field.path, 'args');
  const where = given.get('where') ?? invalid("missing required field 'where'", at(place, 'where'));
  validateArguments(ctx, task, 'update', 'object');
  return updateRows(ctx, task, {
    given,
    place,
    single: false,
    rows: (alias) => [filterSql(ctx, write, alias, where)],
    where,
  });
}

/**
 * The row of a primary key.
 * @throws HedgeError as `planUpdate`.
 */
export function planUpdateByKey(ctx: MutationContext, task: FieldTask): RootText {
  const { plan } = ctx;
  const { write, field } = task;
  const given = readArguments(field, ['pk_columns', ...operatorNames(ctx, write)], write.naming.convention);
  const place = at(field.path, 'args');
  const argument =
    given.get('pk_columns') ?? invalid("missing required field 'pk_columns'", at(place, 'pk_columns'));
  const typeName = write.typeOf('pk_columns_input');
  const seen = view(plan.reader, argument.input, `${typeName}!`, argument.path);
  if (seen.kind !== 'object') mismatch(plan, argument, 'an object', typeName);
  const table = selectedTable(ctx, write);
  const columns = new Map(
    [...seen.fields].map(([name, input]) => [name, { input, path: at(argument.path, name) }]),
  );
  for (const [name, { path }] of columns) {
    if (!table.primaryKey?.includes(name)) invalid(`field '${name}' not found in type: '${typeName}'`, path);
  }
  const join_ = keyConditions(plan, table, columns, argument.path);
  validateArguments(ctx, task, 'update', 'object');
  return updateRows(ctx, task, { given, place, single: true, rows: join_, where: undefined });
}

/**
 * Several updates, one after the other.
 * @throws HedgeError as `planUpdate`.
 */
export function planUpdateMany(ctx: MutationContext, task: FieldTask): RootText {
  const { plan } = ctx;
  const { write, field, slot } = task;
  const given = readArguments(field, ['updates']);
  const path = at(at(field.path, 'args'), 'updates');
  const argument = given.get('updates') ?? invalid("missing required field 'updates'", path);
  const typeName = write.typeOf('updates');
  const items = listItems(plan, argument, `${typeName}!`) ?? noList(argument);
  validateArguments(ctx, task, 'update', 'items');
  const words = ['where', ...operatorNames(ctx, write)];
  const texts = items.map((item, i) => {
    const seen = view(plan.reader, item.input, `${typeName}!`, item.path);
    if (seen.kind !== 'object') mismatch(plan, item, 'an object', typeName);
    const members = new Map<string, Argument>();
    for (const [name, input] of seen.fields) {
      countTerm(plan);
      const word = wordOf(write.naming.convention, words, name);
      if (!word) invalid(`field '${name}' not found in type: '${typeName}'`, at(item.path, name));
      members.set(word, { input, path: at(item.path, name) });
    }
    const where = members.get('where') ?? invalid("missing required field 'where'", at(item.path, 'where'));
    return updateRows(
      ctx,
      { ...task, slot: `${slot}.${i}` },
      {
        given: members,
        place: item.path,
        single: false,
        rows: (alias) => [filterSql(ctx, write, alias, where)],
        where,
      },
    );
  });
  if (texts.length === 0) responseSql(plan, write, field, IN_STATEMENT); // checks the selection
  return { kind: 'list', items: texts };
}

interface Update {
  readonly given: ReadonlyMap<string, Argument>;
  /** Where the operators stand. */
  readonly place: Path;
  readonly single: boolean;
  readonly rows: (alias: Sql) => readonly Sql[];
  /** The client's filter, where there is one. */
  readonly where: Argument | undefined;
}

function updateRows(ctx: MutationContext, task: FieldTask, change: Update): RootText {
  const { given, place, single, rows } = change;
  const { plan } = ctx;
  const { write, field, slot } = task;
  const update = must(write.update, 'the field is there for roles that may update');
  const alias = newAlias(plan);
  const conditions = rows(alias);
  const sets = assignments(plan, write, { given, alias, place });
  if (sets.length === 0) {
    // As in Hasura, an update that changes nothing matches nothing.
    if (!single) {
      responseSql(plan, write, field, IN_STATEMENT); // checks the selection
      return { kind: 'constant', json: emptyResponse(plan, write, field) };
    }
    singleSql(plan, selectedTable(ctx, write), field, IN_STATEMENT);
    return { kind: 'constant', json: 'null' };
  }
  const table = sql`${ident(write.table.schema, write.table.name)} as ${alias}`;
  const where = andSql([permissionSql(plan, update.filter, alias), ...conditions]);
  const checked = update.check !== null && update.check.kind !== 'true';
  return changeRows(ctx, {
    write,
    field,
    single,
    slot,
    sql: sql`update ${table} set ${join(sets)} where ${where}`,
    alias,
    check: checked
      ? checkedSql(ctx, permissionSql(plan, must(update.check, 'a check'), alias), undefined)
      : undefined,
    ownRows:
      looksAtOwnRow(update.filter) &&
      (update.check === null || looksAtOwnRow(update.check)) &&
      whereLooksAtOwnRow(plan.reader, selectedTable(ctx, write), change.where),
  });
}

/** Has the arguments validated, where the permission has `validate_input`. */
export function validateArguments(
  { validations }: MutationContext,
  { write, field }: FieldTask,
  permission: 'update' | 'delete',
  form: 'object' | 'items' | 'key',
): void {
  if (!write[permission]?.validateInput) return;
  validations.push({ kind: 'arguments', write: write.ref, permission, form, arguments: field.arguments });
}

/** A client's `where`, which must be there and not null: `{}` for every row. */
export function filterSql(ctx: MutationContext, write: WriteView, alias: Sql, where: Argument): Sql {
  const { plan } = ctx;
  const table = selectedTable(ctx, write);
  const typeName = table.typeOf('bool_exp');
  if (presence(plan.reader, where.input, `${typeName}!`, where.path) !== 'value')
    mismatch(plan, where, 'an object', typeName);
  return must(whereSql(plan, table, alias, where), 'a filter that is there');
}

function operatorNames({ plan }: MutationContext, write: WriteView): readonly string[] {
  return updateOperators(plan.role, write).map((operator) => operator.name);
}

/** The table as its role selects from it: a role that changes rows may. */
export function selectedTable({ plan }: MutationContext, { select }: WriteView) {
  return plan.role.table(must(select, 'the field is there for roles that may select'));
}
