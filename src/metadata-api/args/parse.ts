// A command's args -> what they say, checked as Hasura's server checks them: the first mistake ends it, told in the words
// of its JSON reader.

import { HedgeError } from '../../error/hedge-error.ts';
import { jsonKind } from '../../error/json-kind.ts';
import { at, type Path, pathText } from '../../error/path.ts';
import { isObject } from '../../util/is-object.ts';

/** Reads a value that stands at `path`. @throws HedgeError `parse-failed` */
export type Parser<T> = (value: unknown, path: Path | undefined) => T;

type JsonObject = Readonly<Record<string, unknown>>;

/** The keys of an object. Keys nobody asks for are allowed, null counts as left out, both as in Hasura. */
export interface Fields {
  readonly path: Path | undefined;
  /** Whether the key is there, null or not. */
  has(key: string): boolean;
  required<T>(key: string, parser: Parser<T>): T;
  optional<T>(key: string, parser: Parser<T>): T | undefined;
}

/** @throws HedgeError `parse-failed`, always. */
export function failParse(message: string, path: Path | undefined): never {
  throw new HedgeError('parse-failed', message, { path: pathText(path) });
}

function mismatch(type: string, expected: string, value: unknown, path: Path | undefined): never {
  return failParse(`parsing ${type} failed, expected ${expected}, but encountered ${jsonKind(value)}`, path);
}

/** A string. `type` is what Hasura calls it in errors. */
export function textOf(type: string): Parser<string> {
  return (value, path) => (typeof value === 'string' ? value : mismatch(type, 'String', value, path));
}

export const text: Parser<string> = textOf('Text');

export const nonEmptyText: Parser<string> = (value, path) => {
  const read = text(value, path);
  return read === '' ? failParse('empty string not allowed', path) : read;
};

/** The name of a source. */
export const sourceName: Parser<string> = (value, path) => nonEmptyText(textOf('String')(value, path), path);

/** A name GraphQL allows, for a type or a field. */
export const graphqlName: Parser<string> = (value, path) => {
  const name = textOf('Name')(value, path);
  return /^[_A-Za-z][_0-9A-Za-z]*$/.test(name) ? name : failParse(`${name} is not valid GraphQL name`, path);
};

export const bool: Parser<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : mismatch('Bool', 'Boolean', value, path);

/** A whole number. */
export const int: Parser<number> = (value, path) => {
  if (typeof value !== 'number') return mismatch('Int', 'Number', value, path);
  return Number.isSafeInteger(value)
    ? value
    : failParse(
        `parsing Int failed, value is either floating or will cause over or underflow ${value}`,
        path,
      );
};

/** Any number. */
export const number: Parser<number> = (value, path) =>
  typeof value === 'number' ? value : mismatch('Double', 'Number', value, path);

/** Any JSON, kept as it is. */
export const anything: Parser<unknown> = (value) => value;

/** An object, kept as it is. */
export function objectOf(type: string): Parser<JsonObject> {
  return (value, path) => (isObject(value) ? value : mismatch(type, 'Object', value, path));
}

export function list<T>(item: Parser<T>): Parser<T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((one, index) => item(one, at(path, index)))
      : mismatch('[]', 'Array', value, path);
}

export function nonEmptyList<T>(item: Parser<T>): Parser<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return mismatch('NonEmpty', 'Array', value, path);
    if (value.length === 0) return failParse('parsing NonEmpty failed, unexpected empty list', path);
    return list(item)(value, path);
  };
}

/** An object whose keys are the user's: columns, … */
export function dictionary<T>(value: Parser<T>): Parser<Record<string, T>> {
  return (input, path) => {
    const entries = Object.entries(objectOf('HashMap')(input, path));
    return Object.fromEntries(entries.map(([key, one]) => [key, value(one, at(path, key))]));
  };
}

/** One of a few words; `expectation` is the whole message for any other. */
export function oneOf<const W extends string>(words: readonly W[], expectation: string): Parser<W> {
  return (value, path) => words.find((word) => word === value) ?? failParse(expectation, path);
}

/** An object with the keys `read` asks for. `type` is what Hasura calls it in errors. */
export function object<T>(type: string, read: (fields: Fields) => T): Parser<T> {
  return (value, path) => read(fieldsOf(objectOf(type)(value, path), path, ''));
}

/**
 * The same for the few whose reader Hasura derives from a data type: a missing key is told with the type's name.
 * `type` is `Module.Type(Constructor)`.
 */
export function record<T>(type: string, read: (fields: Fields) => T): Parser<T> {
  return (value, path) => read(fieldsOf(objectOf(type)(value, path), path, `parsing ${type} failed, `));
}

function fieldsOf(value: JsonObject, path: Path | undefined, prefix: string): Fields {
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  return {
    path,
    has: (key) => Object.hasOwn(value, key),
    required: (key, parser) =>
      Object.hasOwn(value, key)
        ? parser(value[key], at(path, key))
        : failParse(`${prefix}key ${JSON.stringify(key)} not found`, path),
    optional: (key, parser) => {
      const given = own(key);
      return given === undefined || given === null ? undefined : parser(given, at(path, key));
    },
  };
}

/** `first`, and where that fails `second`, whose error counts. */
export function either<T>(first: Parser<T>, second: Parser<T>): Parser<T> {
  return (value, path) => {
    try {
      return first(value, path);
    } catch (error) {
      if (error instanceof HedgeError && error.code === 'parse-failed') return second(value, path);
      throw error;
    }
  };
}
