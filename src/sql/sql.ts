// SQL as immutable fragments: raw text comes only from templates written here in the code, names only through
// `ident`, values only as parameters. Nothing a client sends can become SQL text.

import { HedgeError } from '../error/hedge-error.ts';
import { quoted } from './quoted.ts';

declare const brand: unique symbol;

/** Where the value of a parameter comes from when a plan is executed. */
export type Binding =
  /** Known while planning; already in Postgres' input syntax. */
  | { readonly kind: 'constant'; readonly text: string }
  /** A session variable, lower-case name; executing without it is an error. */
  | { readonly kind: 'session'; readonly name: string }
  /** All session variables as a JSON object, for functions with a session argument. */
  | { readonly kind: 'session_json' }
  /** The trace of the request as a JSON object, for triggers. */
  | { readonly kind: 'trace_json' }
  /** A value of the request that is read again at each execution; `id` tells equal ones apart from others. */
  | { readonly kind: 'request'; readonly id: number }
  /** Of a stream: where its cursor is, in one of its columns. Only `multiplexed` knows where that stands. */
  | { readonly kind: 'cursor'; readonly column: number }
  /** The rows of an insert, a column as one array: `id` tells sets of rows apart, `part` what of the rows it holds. */
  | { readonly kind: 'rows'; readonly id: number; readonly part: number };

type Part = string | Parameter | Sql;

interface Parameter {
  readonly binding: Binding;
  /** Postgres type the parameter is cast to, as text of a cast. */
  readonly cast: string;
}

/** A piece of SQL. Made only by the functions of this file. */
export interface Sql {
  readonly [brand]: true;
  readonly parts: readonly Part[];
}

const made = new WeakSet<Sql>();

function make(parts: readonly Part[]): Sql {
  const fragment = Object.freeze({ parts }) as unknown as Sql;
  made.add(fragment);
  return fragment;
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && made.has(value as Sql);
}

/**
 * The template tag: `` sql`select ${column} from ${table}` ``. Holes take fragments only.
 * @throws Error on anything else, naming what to use instead.
 */
export function sql(strings: TemplateStringsArray, ...holes: readonly Sql[]): Sql {
  const parts: Part[] = [strings[0] ?? ''];
  for (const [i, hole] of holes.entries()) {
    if (!isSql(hole))
      throw new Error('A hole of sql`…` takes a fragment: use param(), ident() or literal().');
    parts.push(hole, strings[i + 1] ?? '');
  }
  return make(parts);
}

/**
 * A quoted name, dotted when several are given: `ident('public', 'users')` is `"public"."users"`.
 * @throws Error when a name is empty or holds NUL, which Postgres cannot have.
 */
export function ident(...names: readonly string[]): Sql {
  const quoted = names.map((name) => {
    if (name === '' || name.includes('\0')) throw new Error('A Postgres name is not empty and holds no NUL.');
    return `"${name.replaceAll('"', '""')}"`;
  });
  return make([quoted.join('.')]);
}

/** A parameter with its cast: `($1)::"pg_catalog"."int4"`. Equal bindings with equal casts share a number. */
export function param(binding: Binding, cast: Sql): Sql {
  return make([{ binding, cast: textOf(cast) }]);
}

/** A text constant: written out when it is made of harmless characters, sent as a parameter otherwise. */
export function literal(text: string): Sql {
  if (/^[A-Za-z0-9_ .:-]*$/.test(text)) return make([`'${text}'`]);
  return param({ kind: 'constant', text }, sql`text`);
}

/**
 * A text constant written out whatever it is made of, for statements that take no parameters: `create function … as`.
 * @throws Error when it holds NUL, which Postgres cannot have.
 */
export function written(text: string): Sql {
  return make([quoted(text)]);
}

/**
 * SQL that the metadata's author wrote, as it is: a native query's. It was checked when the metadata was compiled: it
 * closes no parenthesis it did not open and names no parameter. Nothing of a request may come here.
 * @throws Error when it holds NUL, which Postgres cannot have.
 */
export function codeSql(code: string): Sql {
  if (code.includes('\0')) throw new Error('SQL holds no NUL.');
  const fragment = make([code]);
  authorsCode.add(fragment);
  return fragment;
}

const authorsCode = new WeakSet<Sql>();

/** Whether SQL of the metadata's author is in it. */
export function holdsCode(fragment: Sql): boolean {
  return (
    authorsCode.has(fragment) ||
    fragment.parts.some((part) => typeof part === 'object' && 'parts' in part && holdsCode(part))
  );
}

/** A whole number written out; for sizes and positions that planning itself computes. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new Error('integer() takes a safe whole number.');
  return make([String(value)]);
}

/** Fragments with a separator between them. */
export function join(fragments: readonly Sql[], separator: Sql = sql`, `): Sql {
  const parts: Part[] = [];
  for (const [i, fragment] of fragments.entries()) {
    if (!isSql(fragment)) throw new Error('join() takes fragments.');
    if (i > 0) parts.push(separator);
    parts.push(fragment);
  }
  return make(parts);
}

/** `(a and b)`; `true` for none. */
export function andSql(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return sql`true`;
  const [first] = conditions;
  if (conditions.length === 1 && first) return first;
  return sql`(${join(conditions, sql` and `)})`;
}

/** `(a or b)`; `false` for none. */
export function orSql(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return sql`false`;
  const [first] = conditions;
  if (conditions.length === 1 && first) return first;
  return sql`(${join(conditions, sql` or `)})`;
}

/** A statement ready to send: `$n` stands for the nth binding. */
export interface Statement {
  readonly text: string;
  readonly bindings: readonly Binding[];
}

/** Postgres counts the parameters of a statement in 16 bits. */
const MAX_PARAMETERS = 65_535;

/**
 * Writes a fragment out as one statement.
 * @throws HedgeError `validation-failed` when it has more parameters than Postgres takes.
 */
export function emit(fragment: Sql): Statement {
  const bindings: Binding[] = [];
  const numbers = new Map<string, number>();
  const text = writeOut(fragment, (binding, cast) => {
    const key = `${bindingKey(binding)} ${cast}`;
    let n = numbers.get(key);
    if (n === undefined) {
      n = bindings.push(binding);
      numbers.set(key, n);
    }
    return `($${n})`;
  });
  if (bindings.length > MAX_PARAMETERS) {
    throw new HedgeError(
      'validation-failed',
      `the operation has more than ${MAX_PARAMETERS} values; send lists as variables`,
    );
  }
  return { text, bindings };
}

/** The text of a fragment, in which `place` says what stands for a binding, under the cast that follows it. */
export function writeOut(fragment: Sql, place: (binding: Binding, cast: string) => string): string {
  const out: string[] = [];
  const write = (piece: Sql): void => {
    for (const part of piece.parts) {
      if (typeof part === 'string') out.push(part);
      else if ('parts' in part) write(part);
      else out.push(`${place(part.binding, part.cast)}::${part.cast}`);
    }
  };
  write(fragment);
  return out.join('');
}

/** What the values of a fragment come from, in the order they are mentioned. */
export function bindingsOf(fragment: Sql): readonly Binding[] {
  return emit(fragment).bindings;
}

/** Equal for bindings that give the same value. */
export function bindingKey(binding: Binding): string {
  switch (binding.kind) {
    case 'constant':
      return `c${JSON.stringify(binding.text)}`;
    case 'session':
      return `s${binding.name}`;
    case 'session_json':
      return 'j';
    case 'trace_json':
      return 't';
    case 'request':
      return `r${binding.id}`;
    case 'rows':
      return `w${binding.id} ${binding.part}`;
    case 'cursor':
      return `p${binding.column}`;
  }
}

function textOf(fragment: Sql): string {
  const { text, bindings } = emit(fragment);
  if (bindings.length > 0) throw new Error('A cast holds no parameters.');
  return text;
}
