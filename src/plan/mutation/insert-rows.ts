// Objects for one table, with those nested in them -> the statements that insert them: first what a row takes its key
// from, then the rows, then what takes over theirs. The rows of a table go in one statement where that means the same.

import type { WriteView } from '../../artifact/decode-writes.ts';
import { at } from '../../error/path.ts';
import type { Sql } from '../../sql/sql.ts';
import { sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import type { PlanContext } from '../context.ts';
import { countTerm, invalid, MAX_FILTER_DEPTH, newAlias } from '../context.ts';
import type { RelatedShape, RowsShape } from './check-rows.ts';
import { checkRows, conflictKey, refuseDetermined } from './check-rows.ts';
import type { ErrorPath } from './error-path.ts';
import type { InputRow, RowsPlace } from './input-rows.ts';
import { keysText, relatedOf, relatedPlace, rowKeys, rowPlace, rowsAt } from './input-rows.ts';
import type { Determined, InsertSql, RowsForm } from './insert-sql.ts';
import { insertSql } from './insert-sql.ts';
import { insertStatement } from './insert-statement.ts';
import { planOnConflict } from './on-conflict.ts';
import { inputOf, memberOf } from './request-value.ts';
import { newRowSet, rowsParam } from './row-set.ts';
import type { RowsLook } from './rows-guard.ts';
import { rowsGuard } from './rows-guard.ts';
import type { Failure, MutationContext, RowSettings } from './script.ts';

/** Cells of rows written out one by one; beyond, rows travel as arrays. */
const MAX_CELLS = 1000;

/** Sets of columns that rows are grouped by. */
const MAX_KINDS = 50;

/** Objects of one table that are to be inserted. */
export interface InsertTask {
  readonly write: WriteView;
  readonly place: RowsPlace;
  /** Whether the place may hold any number of objects: the plan shall not depend on it. */
  readonly many: boolean;
  readonly conflict: Argument | undefined;
  /** Columns whose values come from rows inserted before. */
  readonly parents: readonly Determined[];
  /** Whether a later statement reads the rows. */
  readonly keep: boolean;
  /** Whether it finds them by their place: their order must stay. */
  readonly positional: boolean;
  /** What it means when fewer rows are inserted than given; undefined: nothing. */
  readonly missing: Failure | undefined;
  readonly depth: number;
  /** Answers with the statement itself; used when one statement inserts all there is. */
  readonly respond?: ((insert: InsertSql) => void) | undefined;
}

export interface Inserted {
  /** The rows, where they were to be kept. */
  readonly rows: RowSettings;
  /** Settings with the numbers of rows, nested ones included. */
  readonly counts: readonly number[];
  /** An array with the place of each row among those given, where they are kept in another order. */
  readonly places?: Sql;
  /** The statement has answered. */
  readonly responded?: boolean;
}

const NOTHING: Inserted = { rows: [], counts: [] };

/**
 * Plans the statements for the objects at a place.
 * @throws HedgeError `validation-failed` on objects the role's input type does not allow.
 */
export function insertRows(ctx: MutationContext, task: InsertTask): Inserted {
  const { plan } = ctx;
  const { write, place } = task;
  if (write.insert?.validateInput) ctx.validated.add(write);
  if (task.depth > MAX_FILTER_DEPTH)
    invalid(`objects nest deeper than ${MAX_FILTER_DEPTH} levels`, undefined);
  const rows = rowsAt(plan.reader, place);
  const shape = checkRows(plan, ctx.writes, write, rows);
  refuseDetermined(plan, { write, rows, shape }, new Set(task.parents.map((p) => p.column)));

  const form = formOf(plan, task, rows, shape);
  const relationships = new Set(write.relationships.map((r) => r.name));
  const look: RowsLook = { place, relationships, depth: form === 'set' ? 'union' : 'each' };
  plan.reader.guards.push(rowsGuard(plan.reader, look));
  if (rows.length === 0) {
    planOnConflict(plan, write, newAlias(plan), task.conflict); // checks it
    return NOTHING;
  }
  switch (form) {
    case 'values':
      for (let i = 0; i < rows.length; i++) countTerm(plan);
      return insertTogether(ctx, task, { rows, shape, form });
    case 'set':
      return insertTogether(ctx, task, { rows, shape, form });
    case 'one by one':
      if (rows.length === 1) return insertTogether(ctx, task, { rows, shape, form: 'values' });
      return insertParts(
        ctx,
        rows.map((row) => ({ ...task, place: rowPlace(row), many: false })),
      );
    case 'by keys': {
      const keys = [...new Set(rows.map((row) => keysText(rowKeys(plan.reader, row))))];
      const inserted = insertParts(
        ctx,
        keys.map((text) => ({
          ...task,
          place: { ...place, steps: [...place.steps, { kind: 'keys', keys: text }] },
        })),
      );
      if (!task.keep) return inserted;
      const places = rowsParam(plan, newRowSet(plan, place), { kind: 'grouped', keys }, sql`int4[]`);
      return { ...inserted, places };
    }
  }
}

/**
 * How the rows are inserted. One by one, as Hasura does all with nested objects, where one statement would mean something
 * else: conflicts decided in order, rows matched to their nested ones although some may be skipped.
 */
function formOf(
  { reader }: PlanContext,
  { write, many, conflict, parents, positional }: InsertTask,
  rows: readonly InputRow[],
  { columns, relationships }: RowsShape,
): RowsForm | 'one by one' | 'by keys' {
  if (relationships.some((r) => r.hasConflict)) return 'one by one';
  if (conflict && relationships.length > 0) return 'one by one';
  const before = relationships.filter((r) => r.relationship.order === 'before');
  const taken = before.flatMap((r) => r.relationship.mapping.map(([own]) => own));
  // A column that some rows give and others take from an object: each row has to be looked at.
  const shared = columns.some(({ column }) => taken.includes(column.column));
  const partial = [
    ...columns.filter((c) => !c.inAll).map((c) => c.column),
    ...before
      .filter((r) => !r.inAll)
      .flatMap((r) => r.relationship.mapping.flatMap(([own]) => columnOf(write, own))),
  ];
  // Who gives no value gets the default; in a set of rows only null can be said.
  const needsDefault = partial.some((column) => column.hasDefault);
  if (relationships.length > 0 && (shared || needsDefault)) return 'one by one';
  const given = columns.length + before.length + parents.length + (write.insert?.presets.length ?? 0);
  if (given === 0) return 'values';
  const few = rows.length * given <= MAX_CELLS;
  if (needsDefault) {
    if (few) return 'values';
    const kinds = new Set(rows.map((row) => keysText(rowKeys(reader, row))));
    return positional || kinds.size > MAX_KINDS ? 'one by one' : 'by keys';
  }
  const fromVariable = rows.some((row) => row.value?.kind === 'json');
  return few && !(many && fromVariable) ? 'values' : 'set';
}

function columnOf(write: WriteView, physical: string): WriteView['columns'] {
  return write.columns.filter((c) => c.column === physical);
}

function insertParts(ctx: MutationContext, tasks: readonly InsertTask[]): Inserted {
  const parts = tasks.map((task) => {
    countTerm(ctx.plan);
    return insertRows(ctx, { ...task, respond: undefined });
  });
  return { rows: parts.flatMap((p) => p.rows), counts: parts.flatMap((p) => p.counts) };
}

interface Together {
  readonly rows: readonly InputRow[];
  readonly shape: RowsShape;
  readonly form: RowsForm;
}

function insertTogether(ctx: MutationContext, task: InsertTask, { rows, shape, form }: Together): Inserted {
  const { write } = task;
  const counts: number[] = [];
  const determined: Determined[] = [...task.parents];
  const before = shape.relationships.filter((r) => r.relationship.order === 'before');
  const after = shape.relationships.filter((r) => r.relationship.order === 'after');
  for (const related of before) {
    const { name, mapping, write: ref } = related.relationship;
    const remote = ctx.writes.table(ref);
    const inserted = insertRelated(ctx, task, { rows, related, remote, form });
    counts.push(...inserted.counts);
    for (const [column, other] of mapping) {
      determined.push({
        column,
        other,
        table: remote.table,
        rows: inserted.rows,
        row: { kind: 'related', name },
      });
    }
  }
  const nested = shape.relationships.length > 0;
  const common = { ...task, rows, columns: shape.columns.map((c) => c.column), determined, form, nested };
  if (task.respond && !nested) {
    task.respond(insertSql(ctx, common));
    return { rows: [], counts: [], responded: true };
  }
  const own = insertStatement(ctx, {
    ...common,
    keep: task.keep || after.length > 0,
    missing:
      task.missing ?? (after.length > 0 ? nestedFailure(write, { rows: task.place, nested }) : undefined),
  });
  counts.push(own.count);
  for (const related of after) {
    const { mapping, write: ref } = related.relationship;
    const parents = mapping.map(([own_, column]): Determined => ({
      column,
      other: own_,
      table: write.table,
      rows: own.rows,
      row: { kind: 'parent' },
    }));
    const remote = ctx.writes.table(ref);
    counts.push(...insertRelated(ctx, task, { rows, related, remote, form, parents }).counts);
  }
  return { rows: own.rows, counts };
}

function insertRelated(
  ctx: MutationContext,
  task: InsertTask,
  {
    rows,
    related: { relationship, hasConflict },
    remote,
    form,
    parents = [],
  }: {
    readonly rows: readonly InputRow[];
    readonly related: RelatedShape;
    readonly remote: WriteView;
    readonly form: RowsForm;
    readonly parents?: readonly Determined[];
  },
): Inserted {
  const { name, kind, order } = relationship;
  const [row] = rows;
  const place = relatedPlace(task.place, relationship);
  return insertRows(ctx, {
    write: remote,
    place,
    many: kind === 'array' || form === 'set',
    conflict: hasConflict && row ? conflictOf(ctx, row, name, remote) : undefined,
    parents,
    keep: order === 'before',
    positional: order === 'before',
    missing:
      order === 'before'
        ? objectFailure(remote, name, { rows: place, nested: false, ofRelationship: true })
        : undefined,
    depth: task.depth + 1,
  });
}

/** Relationships with `on_conflict` are inserted for one row at a time. */
function conflictOf(
  ctx: MutationContext,
  row: InputRow,
  relationship: string,
  remote: WriteView,
): Argument | undefined {
  const { reader } = ctx.plan;
  const given = must(relatedOf(reader, row, relationship), 'the row has the relationship');
  const key = conflictKey(remote);
  const value = memberOf(reader, given.value, key);
  return value && { input: inputOf(value), path: at(given.path, key) };
}

function nestedFailure({ table }: WriteView, path: ErrorPath): Failure {
  return {
    code: 'not-supported',
    message: `cannot proceed to insert array relations since insert to table ${quoted(table)} affects zero rows`,
    path,
  };
}

function objectFailure({ table }: WriteView, relationship: string, path: ErrorPath): Failure {
  return {
    code: 'not-supported',
    message: `cannot proceed to insert object relation "${relationship}" since insert to table ${quoted(table)} affects zero rows`,
    path,
  };
}

function quoted({ schema, name }: WriteView['table']): string {
  return schema === 'public' ? `"${name}"` : `"${schema}.${name}"`;
}
