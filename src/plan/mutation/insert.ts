// `insert_<table>` and `insert_<table>_one` -> statements.

import type { WriteView } from '../../artifact/decode-writes.ts';
import { at } from '../../error/path.ts';
import { sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import { noList, readArguments } from '../arguments.ts';
import type { SelectedField } from '../collect.ts';
import { invalid } from '../context.ts';
import { presence } from '../input.ts';
import { chainStatement, chainWritten } from './chain.ts';
import { checkVariableTypes, mayUpsert } from './check-rows.ts';
import { insertRows } from './insert-rows.ts';
import {
  emptyResponse,
  IN_STATEMENT,
  keptRows,
  responseSql,
  returnsColumns,
  returnsRows,
  selectsColumns,
  singleSql,
  type Written,
} from './response.ts';
import type { RootText } from './root-text.ts';
import type { MutationContext } from './script.ts';
import { keptCountSql } from './script.ts';

/**
 * Plans an insert of many objects, or of one.
 * @throws HedgeError `validation-failed` on arguments the role does not have.
 */
export function planInsert(
  ctx: MutationContext,
  write: WriteView,
  field: SelectedField,
  { single, slot }: { readonly single: boolean; readonly slot: string },
): RootText {
  const { plan } = ctx;
  const name = single ? 'object' : 'objects';
  const words = [name, ...(mayUpsert(write) ? ['on_conflict'] : [])];
  const given = readArguments(field, words, write.naming.convention);
  const path = at(at(field.path, 'args'), name);
  const argument = given.get(name) ?? invalid(`missing required field '${name}'`, path);
  if (argument.input.kind === 'literal') {
    const { node } = argument.input;
    checkVariableTypes(plan, ctx.writes, write, { node, many: !single, path });
  }
  const type = write.typeOf('insert_input');
  if (!single && presence(plan.reader, argument.input, `[${type}!]!`, path) === 'null') noList(argument);

  const answer = (written: Written) =>
    single
      ? singleSql(
          plan,
          plan.role.table(must(write.select, 'a row is returned to roles that may select')),
          field,
          written,
        )
      : responseSql(plan, write, field, written);
  const simple = single
    ? selectsColumns(plan, plan.role.table(must(write.select, 'as above')), field.selectionSets)
    : returnsColumns(plan, write, field);
  const statement = { slot, table: write.table, path };
  const place = { root: argument.input, single, parent: 0, path, steps: [] };
  const before = ctx.script.statements.length;
  const inserted = insertRows(ctx, {
    write,
    place,
    many: !single,
    conflict: given.get('on_conflict'),
    parents: [],
    positional: false,
    keep: single || returnsRows(plan, write, field),
    missing: undefined,
    depth: 0,
    respond: simple
      ? ({ sql: insert, alias, check, ownRows }) => {
          const returned = check ? sql`${alias}.*, ${check} as "k:"` : sql`${alias}.*`;
          ctx.script.statements.push({
            ...statement,
            selfContained: ownRows && write.unseen !== undefined,
            sql: sql`with "m:" as (${insert} returning ${returned}) ${answer(IN_STATEMENT)}`,
          });
        }
      : undefined,
  });
  if (ctx.validated.size > 0) ctx.validations.push({ kind: 'rows', write: write.ref, place });
  if (inserted.responded) return { kind: 'slot', slot };
  if (simple && ctx.chain.fits && ctx.chain.links.length > 0 && inserted.rows.length <= 1) {
    const text = answer(chainWritten(ctx.chain, inserted.rows));
    ctx.script.statements.splice(before, Infinity, chainStatement(ctx.chain, text, slot));
    return { kind: 'slot', slot };
  }
  const kept = keptRows(write, inserted.rows, {
    affected: keptCountSql(inserted.counts),
    places: inserted.places,
  });
  const text = answer(kept);
  if (inserted.counts.length === 0) {
    return { kind: 'constant', json: single ? 'null' : emptyResponse(plan, write, field) };
  }
  ctx.script.statements.push({ ...statement, sql: text });
  return { kind: 'slot', slot };
}
