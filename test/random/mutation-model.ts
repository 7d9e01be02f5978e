// A mutation and the rows in memory -> the rows it must leave and the answer it must give, or the codes it may fail
// with. Applies permissions, keys and references row by row, as they are written down; shares no code with the engine.

import { must } from '../../src/util/assert.ts';
import type { Row, Value } from './model.ts';
import { TABLES } from './model.ts';
import { mayAsk, writesOf } from './mutation-rights.ts';
import { breaksReference, cascade, CHECKS, DEFAULTS, KEYS } from './mutation-schema.ts';
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
  return [false, true].flatMap((oneByOne) =>
    [false, true].map((oneStatement) =>
      outcome(new Run(asking, rows, { oneByOne, oneStatement }), mutations),
    ),
  );
}

/** How a nested insert is written, which decides when checks and references are looked at. */
interface Ways {
  /** Object by object, else table by table: checks may see the difference. */
  readonly oneByOne: boolean;
  /** References are checked when all of it is written. */
  readonly oneStatement: boolean;
}

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
  readonly #ways: Ways;
  #inStatement = false;
  readonly #nextId = new Map<string, number>();

  constructor(asking: Asking, rows: Rows, ways: Ways) {
    this.#asking = asking;
    this.rows = rows;
    this.#ways = ways;
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
    return { permissions: this.#asking.rights.select, session: this.#asking.session, rows };
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
  #allows(table: string, condition: Filter, row: Row, rows: Rows): boolean {
    return holds(this.#world(rows), table, condition, row, row, false) === true;
  }

  #preset(table: string, set: Readonly<Record<string, Value>>): Record<string, Value> {
    const valueOf = ([column, value]: [string, Value]): [string, Value] => {
      if (typeof value !== 'string' || !value.startsWith('X-Hasura-')) return [column, value];
      const text = this.#asking.session[value.toLowerCase()] ?? null;
      return [column, TABLES[table]?.columns[column] === 'int' ? Number(text) : text];
    };
    return Object.fromEntries(Object.entries(set).map(valueOf));
  }

  // ---------------------------------------------------------------- insert

  #insertField(
    objects: readonly InsertObject[],
    mutation: Mutation & { kind: 'insert' | 'insert_one' },
  ): unknown {
    const tasks = objects.map((object) => ({ object, determined: {} }));
    const nests = objects.some(({ nested }) => Object.keys(nested).length > 0);
    this.#inStatement = this.#ways.oneStatement && nests && !mutation.conflict;
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
    const nests = tasks.some(({ object }) => Object.keys(object.nested).length > 0);
    if (nests && tasks.length > 1 && (this.#ways.oneByOne || conflict)) {
      const parts = tasks.map((task) => this.#insert(table, [task], conflict));
      return { written: parts.flatMap((p) => p.written), count: parts.reduce((n, p) => n + p.count, 0) };
    }
    let count = 0;
    // In the order in which the objects name them.
    const names = new Set(tasks.flatMap(({ object }) => Object.keys(object.nested)));
    const relationships = [...names].map(
      (name) => [name, must(TABLES[table]?.relationships[name], 'a relationship')] as const,
    );
    const own = tasks.map(({ object, determined }) => ({ object, determined: { ...determined } }));
    for (const [name, { kind, table: other, on }] of relationships) {
      const having = own.filter(({ object }) => kind === 'object' && object.nested[name]);
      if (having.length === 0) continue;
      const inner = having.map(({ object }) => ({
        object: must(object.nested[name]?.[0], 'an object'),
        determined: {},
      }));
      const inserted = this.#insert(other, inner);
      count += inserted.count;
      for (const [i, task] of having.entries())
        task.determined[on[0]] = must(inserted.written[i], 'it is written')[on[1]] ?? null;
    }
    const written = this.#insertRows(
      table,
      own.map(({ object, determined }) => ({ ...object.values, ...determined })),
      conflict,
    );
    count += written.filter((row) => row !== null).length;
    for (const [name, { kind, table: other, on }] of relationships) {
      const inner = own.flatMap(({ object }, i) => {
        const nested = kind === 'array' ? object.nested[name] : undefined;
        if (!nested) return [];
        const parent = written[i];
        // A row left alone has no key to hand on.
        if (!parent) throw new Failure(['not-supported']);
        return nested.map((o) => ({ object: o, determined: { [on[1]]: parent[on[0]] ?? null } }));
      });
      if (inner.length > 0) count += this.#insert(other, inner).count;
    }
    return { written, count };
  }

  /** One statement. Null for rows left alone. */
  #insertRows(
    table: string,
    values: readonly Readonly<Record<string, Value>>[],
    conflict: Conflict | undefined,
  ): readonly (Row | null)[] {
    const before = this.rows;
    const { insert, update } = writesOf(this.#asking, table);
    const { set, check } = must(insert, 'the role may insert');
    const presets = this.#preset(table, set);
    const touched = new Set<Row>();
    const put = (row: Row, old?: Row): Row => {
      this.#refuse(this.#broken(table, row));
      const others = (this.rows[table] ?? []).filter((r) => r !== old);
      if (Object.values(KEYS[table] ?? {}).some((key) => others.some((r) => sameKey(key, r, row))))
        throw new Failure(['constraint-violation']);
      this.rows = { ...this.rows, [table]: [...others, row] };
      touched.add(row);
      const condition = old ? (update?.check ?? check) : check;
      if (!this.#allows(table, condition, row, before)) throw new Failure(['permission-error']);
      return row;
    };
    const written = values.map((given) => {
      const row = this.#newRow(table, { ...given, ...presets });
      if (!conflict) return put(row);
      this.#refuse(this.#broken(table, row));
      const key = must(KEYS[table]?.[conflict.constraint], 'a key');
      const old = this.rows[table]?.find((r) => sameKey(key, r, row));
      if (!old) return put(row);
      if (conflict.update_columns.length === 0) return null;
      // Postgres does not touch a row twice.
      if (touched.has(old)) throw new Failure(['unexpected']);
      const { filter, set: changed } = must(update, 'the role may update');
      const seen = rowAsSeen(this.#world(before), table, old);
      const wanted = holds(this.#world(before), table, conflict.where ?? {}, seen, seen, true) === true;
      if (!wanted || !this.#allows(table, filter, old, before)) return null;
      const excluded = conflict.update_columns.map((c): [string, Value] => [c, row[c] ?? null]);
      return put({ ...old, ...Object.fromEntries(excluded), ...this.#preset(table, changed) }, old);
    });
    this.#refuseBrokenReferences();
    return written;
  }

  #newRow(table: string, given: Readonly<Record<string, Value>>): Row {
    const columns = Object.keys(must(TABLES[table], 'a table').columns);
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
    const before = this.rows;
    const { filter, check, set } = must(writesOf(this.#asking, table).update, 'the role may update');
    if (Object.keys({ ..._set, ..._inc, ...set }).length === 0) return [];
    const presets = this.#preset(table, set);
    const changed = new Map<Row, Row>();
    for (const row of before[table] ?? []) {
      if (!this.#allows(table, filter, row, before) || !finds(row)) continue;
      const added = Object.entries(_inc).map(([column, by]): [string, Value] => {
        const value = row[column];
        return [column, typeof value === 'number' ? value + by : null];
      });
      changed.set(row, { ...row, ..._set, ...Object.fromEntries(added), ...presets });
    }
    const rows = (before[table] ?? []).map((row) => changed.get(row) ?? row);
    // Postgres meets the rows in an order of its own, and stops at the first that breaks a rule.
    const codes = new Set<string>();
    for (const row of changed.values()) {
      for (const code of this.#broken(table, row)) codes.add(code);
      if (check && !this.#allows(table, check, row, before)) codes.add('permission-error');
    }
    for (const key of Object.values(KEYS[table] ?? {})) {
      if (rows.some((row, i) => rows.slice(0, i).some((other) => sameKey(key, row, other))))
        codes.add('constraint-violation');
      // A key that another row is about to give up.
      for (const [old, row] of changed) {
        if ([...changed.keys()].some((other) => other !== old && sameKey(key, other, row)))
          (codes.size > 0 ? codes : this.possible).add('constraint-violation');
      }
    }
    this.#refuse([...codes]);
    this.rows = { ...before, [table]: rows };
    this.#refuseBrokenReferences();
    return [...changed.values()];
  }

  #delete(table: string, finds: (row: Row) => boolean): readonly Row[] {
    const { filter } = must(writesOf(this.#asking, table).delete, 'the role may delete');
    const gone = (this.rows[table] ?? []).filter(
      (row) => this.#allows(table, filter, row, this.rows) && finds(row),
    );
    this.rows = cascade(this.rows, table, gone);
    this.#refuseBrokenReferences();
    return gone;
  }
}

function sameKey(key: readonly string[], a: Row, b: Row): boolean {
  return key.every((column) => a[column] !== null && a[column] === b[column]);
}
