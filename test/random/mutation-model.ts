// A mutation and the rows in memory -> the rows it must leave and the answer it must give, or the codes it may fail
// with. Applies permissions, keys and references row by row, as they are written down; shares no code with the engine.

import { must } from '../../src/util/assert.ts';
import { Choices } from './choices.ts';
import type { Row, Value, ViewShape } from './model.ts';
import { derive, rowOfView, shapeOf, withViews } from './model.ts';
import { mayAsk, writesOf } from './mutation-rights.ts';
import { breaksReference, cascade, CHECKS, DEFAULTS, KEYS } from './mutation-schema.ts';
import { afterInsert, beforeWrite, keeps, refusesUpdate } from './mutation-triggers.ts';
import type { Asking, Change, Conflict, InsertObject, Mutation, Outcome, Rows } from './mutation-types.ts';
import type { Filter, Selection, World } from './naive.ts';
import { holds, project, rowAsSeen } from './naive.ts';

class Failure extends Error {
  readonly codes: readonly string[];
  constructor(codes: readonly string[]) {
    super(codes.join());
    this.codes = codes;
  }
}

/** What may come of a request with these root fields. */
export function outcomes(asking: Asking, rows: Rows, mutations: readonly Mutation[]): readonly Outcome[] {
  if (!mutations.every((mutation) => mayAsk(asking, mutation))) return [{ codes: ['validation-failed'] }];
  const found: Outcome[] = [];
  for (let choices = new Choices(); ; choices = choices.next()) {
    found.push(outcome(new Run(asking, rows, choices), mutations));
    if (choices.wereLast || found.length === MAX_OUTCOMES) return found;
  }
}

/** Beyond, a request has been tried in ways enough. */
const MAX_OUTCOMES = 256;

function outcome(run: Run, mutations: readonly Mutation[]): Outcome {
  try {
    const data = mutations.map((mutation) => run.field(mutation));
    return { codes: [...run.possible], done: { data, rows: run.rows } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { codes: [...error.codes, ...run.possible] };
  }
}

class Run {
  rows: Rows;
  /** Codes that it may also fail with: Postgres may meet rows in another order. */
  readonly possible = new Set<string>();
  readonly #asking: Asking;
  /** How nested inserts are written, which decides when checks and references are looked at, and who gets which id. */
  readonly #choices: Choices;
  #inStatement = false;
  readonly #nextId = new Map<string, number>();

  constructor(asking: Asking, rows: Rows, choices: Choices) {
    this.#asking = asking;
    this.rows = rows;
    this.#choices = choices;
  }

  /** Does one root field; its part of the answer. */
  field(mutation: Mutation): unknown {
    const { table } = mutation;
    switch (mutation.kind) {
      case 'insert':
        return this.#insertField(mutation.objects, mutation);
      case 'insert_one':
        return this.#insertField(mutation.objects, mutation);
      case 'update':
        return this.#answer(
          mutation,
          this.#update(table, mutation.change, this.#finds(table, mutation.where)),
        );
      case 'update_by_pk':
        return this.#one(
          mutation,
          this.#update(table, mutation.change, (row) => row['id'] === mutation.id),
        );
      case 'update_many':
        return mutation.updates.map(({ where, change }) =>
          this.#answer(mutation, this.#update(table, change, this.#finds(table, where))),
        );
      case 'delete':
        return this.#answer(mutation, this.#delete(table, this.#finds(table, mutation.where)));
      case 'delete_by_pk':
        return this.#one(
          mutation,
          this.#delete(table, (row) => row['id'] === mutation.id),
        );
    }
  }

  // ---------------------------------------------------------------- answers

  #answer(mutation: Mutation, rows: readonly Row[], affected = rows.length): unknown {
    const { returning, table } = mutation;
    if (!returning) return { affected_rows: affected };
    return { affected_rows: affected, returning: rows.map((row) => this.#shown(table, row, returning)) };
  }

  #one({ table, returning }: Mutation, [row]: readonly Row[]): unknown {
    return row ? this.#shown(table, row, returning ?? []) : null;
  }

  #shown(table: string, row: Row, returning: readonly Selection[]): unknown {
    const world = this.#world();
    return project(world, table, rowAsSeen(world, table, row), returning);
  }

  #world(rows = this.rows): World {
    const { rights, session } = this.#asking;
    return { permissions: rights.select, session, rows: withViews(rows) };
  }

  /** A client's filter: over what the role sees of rows and what they are related to. */
  #finds(table: string, where: Filter): (row: Row) => boolean {
    const world = this.#world();
    return (row) => {
      const seen = rowAsSeen(world, table, row);
      return holds(world, table, where, seen, seen, true) === true;
    };
  }

  /** A permission's condition, which sees other rows as `rows` has them. */
  #allows(table: string, condition: Filter, row: Row, world: World): boolean {
    return holds(world, table, condition, row, row, false) === true;
  }

  #preset(table: string, set: Readonly<Record<string, Value>>): Record<string, Value> {
    const valueOf = ([column, value]: [string, Value]): [string, Value] => {
      if (typeof value !== 'string' || !value.startsWith('X-Hasura-')) return [column, value];
      const text = this.#asking.session[value.toLowerCase()] ?? null;
      return [column, shapeOf(table).columns[column] === 'int' ? Number(text) : text];
    };
    return Object.fromEntries(Object.entries(set).map(valueOf));
  }

  // ---------------------------------------------------------------- insert

  #insertField(
    objects: readonly InsertObject[],
    mutation: Mutation & { kind: 'insert' | 'insert_one' },
  ): unknown {
    const tasks = objects.map((object) => ({ object, determined: {} }));
    // Then references are checked when all of it is written.
    this.#inStatement =
      !this.#asking.triggers &&
      !mutation.conflict &&
      objects.some(({ nested }) => Object.keys(nested).length > 0) &&
      !objects.some(saysConflict) &&
      this.#choices.choose();
    const { written, count } = this.#insert(mutation.table, tasks, mutation.conflict);
    this.#inStatement = false;
    this.#refuseBrokenReferences();
    const rows = written.filter((row) => row !== null);
    return mutation.kind === 'insert' ? this.#answer(mutation, rows, count) : this.#one(mutation, rows);
  }

  #insert(
    table: string,
    tasks: readonly { readonly object: InsertObject; readonly determined: Readonly<Record<string, Value>> }[],
    conflict?: Conflict,
  ): { readonly written: readonly (Row | null)[]; readonly count: number } {
    const related = tasks.flatMap(({ object }) => Object.values(object.nested));
    const mustBeOneByOne = conflict !== undefined || related.some((nested) => nested.conflict);
    if (related.length > 0 && tasks.length > 1 && (mustBeOneByOne || this.#choices.choose())) {
      const parts = tasks.map((task) => this.#insert(table, [task], conflict));
      return { written: parts.flatMap((p) => p.written), count: parts.reduce((n, p) => n + p.count, 0) };
    }
    let count = 0;
    // In the order in which the objects name them.
    const names = new Set(tasks.flatMap(({ object }) => Object.keys(object.nested)));
    const relationships = [...names].map(
      (name) => [name, must(shapeOf(table).relationships[name], 'a relationship')] as const,
    );
    const own = tasks.map(({ object, determined }) => ({ object, determined: { ...determined } }));
    for (const [name, { kind, table: other, on }] of relationships) {
      const having = own.filter(({ object }) => kind === 'object' && object.nested[name]);
      if (having.length === 0) continue;
      const inner = having.map(({ object }) => ({
        object: must(object.nested[name]?.objects[0], 'an object'),
        determined: {},
      }));
      const inserted = this.#insert(other, inner, having[0]?.object.nested[name]?.conflict);
      count += inserted.count;
      for (const [i, task] of having.entries()) {
        const row = inserted.written[i];
        if (!row) throw new Failure(['not-supported']);
        task.determined[on[0]] = row[on[1]] ?? null;
      }
    }
    const written = this.#insertRows(
      table,
      own.map(({ object, determined }) => ({ ...object.values, ...determined })),
      conflict,
    );
    count += written.filter((row) => row !== null).length;
    // A row left alone has no key to hand on.
    if (relationships.some(([, { kind }]) => kind === 'array') && written.includes(null))
      throw new Failure(['not-supported']);
    for (const [name, { kind, table: other, on }] of relationships) {
      if (kind === 'object') continue;
      const inner = own.flatMap(({ object }, i) =>
        (object.nested[name]?.objects ?? []).map((o) => ({
          object: o,
          determined: { [on[1]]: written[i]?.[on[0]] ?? null },
        })),
      );
      if (inner.length > 0) count += this.#insert(other, inner, own[0]?.object.nested[name]?.conflict).count;
    }
    return { written, count };
  }

  /** One statement. Null for rows left alone. */
  #insertRows(
    table: string,
    values: readonly Readonly<Record<string, Value>>[],
    conflict: Conflict | undefined,
  ): readonly (Row | null)[] {
    const { view, name } = shapeOf(table);
    const stored = view?.of ?? name;
    const before = this.#world();
    const { insert, update } = writesOf(this.#asking, table);
    const { set, check } = must(insert, 'the role may insert');
    const presets = this.#preset(table, set);
    const inserted: Row[] = [];
    const updated: Row[] = [];
    const put = (row: Row, old?: Row): Row => {
      this.#refuse(this.#broken(stored, row));
      const others = (this.rows[stored] ?? []).filter((r) => r !== old);
      if (Object.values(KEYS[stored] ?? {}).some((key) => others.some((r) => sameKey(key, r, row))))
        throw new Failure(['constraint-violation']);
      this.rows = { ...this.rows, [stored]: [...others, row] };
      (old ? updated : inserted).push(row);
      if (view?.byTriggers) this.#refuseBrokenReferences();
      const condition = old ? (update?.check ?? check) : check;
      const shown = view ? rowOfView(table, row) : row;
      if (!this.#allows(table, condition, shown, before)) throw new Failure(['permission-error']);
      return shown;
    };
    const written = values.map((given) => {
      const row = this.#written(stored, this.#newRow(stored, asStored(view, { ...given, ...presets })));
      if (!row) return null;
      if (!conflict) return put(row);
      this.#refuse(this.#broken(table, row));
      const key = must(KEYS[table]?.[conflict.constraint], 'a key');
      const old = this.rows[table]?.find((r) => sameKey(key, r, row));
      if (!old) return put(row);
      if (conflict.update_columns.length === 0) return null;
      // Postgres does not touch a row twice.
      if (inserted.includes(old) || updated.includes(old)) throw new Failure(['unexpected']);
      const { filter, set: changed } = must(update, 'the role may update');
      const seen = rowAsSeen(before, table, old);
      const wanted = holds(before, table, conflict.where ?? {}, seen, seen, true) === true;
      if (!wanted || !this.#allows(table, filter, old, before)) return null;
      const excluded = conflict.update_columns.map((c): [string, Value] => [c, row[c] ?? null]);
      const next = { ...old, ...Object.fromEntries(excluded), ...this.#preset(table, changed) };
      const changedRow = this.#written(table, next);
      return changedRow && put(changedRow, old);
    });
    this.#endStatement(stored, { inserted, updated }, written.includes(null) ? ['not-supported'] : []);
    return written;
  }

  /** A row as it is stored, null when a trigger leaves it out. */
  #written(table: string, row: Row): Row | null {
    const derived = derive(table, row);
    const changed = this.#asking.triggers ? beforeWrite(table, derived) : derived;
    if (changed === 'refused') throw new Failure(['unexpected']);
    return changed === 'skipped' ? null : changed;
  }

  /** What triggers and references do when all rows of a statement are written; `others`: codes it may fail with instead. */
  #endStatement(
    table: string,
    {
      inserted = [],
      updated = [],
    }: { readonly inserted?: readonly Row[]; readonly updated?: readonly Row[] },
    others: readonly string[] = [],
  ): void {
    const codes: string[] = [];
    if (!this.#inStatement && breaksReference(this.rows)) codes.push('constraint-violation');
    if (this.#asking.triggers) {
      if (refusesUpdate(table, updated)) codes.push('unexpected');
      this.rows = afterInsert(this.rows, table, inserted);
    }
    if (codes.length > 0) throw new Failure([...codes, ...others]);
  }

  #newRow(table: string, given: Readonly<Record<string, Value>>): Row {
    const columns = Object.keys(shapeOf(table).columns);
    return Object.fromEntries(
      columns.map((column) => {
        const value = given[column];
        if (value !== undefined) return [column, value];
        return [column, column === 'id' ? this.#takeId(table) : (DEFAULTS[table]?.[column] ?? null)];
      }),
    );
  }

  #takeId(table: string): number {
    const id = this.#nextId.get(table) ?? this.#asking.nextId;
    this.#nextId.set(table, id + 1);
    return id;
  }

  /** Codes of the rules a row breaks alone. */
  #broken(table: string, row: Row): readonly string[] {
    const { notNull, check } = must(CHECKS[table], 'rules of a table');
    if (notNull.some((column) => row[column] === null)) return ['constraint-violation'];
    return check(row) ? [] : ['permission-error'];
  }

  #refuseBrokenReferences(): void {
    if (!this.#inStatement && breaksReference(this.rows)) throw new Failure(['constraint-violation']);
  }

  #refuse(codes: readonly string[]): void {
    if (codes.length > 0) throw new Failure(codes);
  }

  // ---------------------------------------------------------------- update, delete

  #update(table: string, { _set = {}, _inc = {} }: Change, finds: (row: Row) => boolean): readonly Row[] {
    const { view, name } = shapeOf(table);
    const stored = view?.of ?? name;
    const before = this.#world();
    const { filter, check, set } = must(writesOf(this.#asking, table).update, 'the role may update');
    if (Object.keys({ ..._set, ..._inc, ...set }).length === 0) return [];
    const presets = this.#preset(table, set);
    // Postgres meets the rows in an order of its own, and stops at the first that breaks a rule.
    const codes = new Set<string>();
    const changed = new Map<Row, Row>();
    for (const row of before.rows?.[table] ?? []) {
      if (!this.#allows(table, filter, row, before) || !finds(row)) continue;
      const added = Object.entries(_inc).map(([column, by]): [string, Value] => {
        const value = row[column];
        return [column, typeof value === 'number' ? value + by : null];
      });
      const next = asStored(view, { ...row, ..._set, ...Object.fromEntries(added), ...presets });
      const old = must(
        this.rows[stored]?.find(({ id }) => id === row['id']),
        'a view shows rows of a table',
      );
      try {
        const written = this.#written(stored, { ...old, ...next });
        if (written) changed.set(old, written);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        for (const code of error.codes) codes.add(code);
      }
    }
    const rows = (this.rows[stored] ?? []).map((row) => changed.get(row) ?? row);
    const shown = [...changed.values()].map((row) => (view ? rowOfView(table, row) : row));
    for (const row of changed.values()) for (const code of this.#broken(stored, row)) codes.add(code);
    for (const row of shown)
      if (check && !this.#allows(table, check, row, before)) codes.add('permission-error');
    for (const key of Object.values(KEYS[stored] ?? {})) {
      if (rows.some((row, i) => rows.slice(0, i).some((other) => sameKey(key, row, other))))
        codes.add('constraint-violation');
      // A key that another row is about to give up.
      for (const [old, row] of changed) {
        if ([...changed.keys()].some((other) => other !== old && sameKey(key, other, row)))
          (codes.size > 0 ? codes : this.possible).add('constraint-violation');
      }
    }
    // Triggers write one row after the other, and each time references are checked.
    if (view?.byTriggers && changed.size > 0 && codes.size > 0) codes.add('constraint-violation');
    if (view?.byTriggers && changed.size > 1) this.possible.add('constraint-violation');
    this.#refuse([...codes]);
    this.rows = { ...this.rows, [stored]: rows };
    this.#endStatement(stored, { updated: [...changed.values()] });
    return shown;
  }

  #delete(table: string, finds: (row: Row) => boolean): readonly Row[] {
    const { view, name } = shapeOf(table);
    const stored = view?.of ?? name;
    const before = this.#world();
    const { filter } = must(writesOf(this.#asking, table).delete, 'the role may delete');
    const gone = (before.rows?.[table] ?? []).filter(
      (row) =>
        this.#allows(table, filter, row, before) &&
        finds(row) &&
        !(this.#asking.triggers && keeps(table, row)),
    );
    if (view?.byTriggers) {
      const ids = gone.map(({ id }) => id);
      const left = this.rows[stored]?.map((row) =>
        ids.includes(row['id']) ? { ...row, rating: null } : row,
      );
      this.rows = { ...this.rows, [stored]: left ?? [] };
      return gone;
    }
    this.rows = cascade(this.rows, stored, gone);
    this.#endStatement(stored, {});
    return gone;
  }
}

/** Whether it says what to do on a conflict, anywhere below. */
function saysConflict({ nested }: InsertObject): boolean {
  return Object.values(nested).some(({ objects, conflict }) => conflict || objects.some(saysConflict));
}

/** What the triggers of a view make of a row; Postgres itself takes it as it is. */
function asStored(
  view: ViewShape | undefined,
  given: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  if (!view?.byTriggers) return given;
  const { id, author_id = null, title, rating = null } = given;
  return { ...(id === undefined || id === null ? {} : { id }), author_id, title: title ?? 'loud', rating };
}

function sameKey(key: readonly string[], a: Row, b: Row): boolean {
  return key.every((column) => a[column] !== null && a[column] === b[column]);
}
