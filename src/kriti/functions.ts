// The functions every template has, by name: https://hasura.io/docs/2.0/api-reference/kriti-templating/#kriti-function-reference

import { ExactNumber } from '../util/exact-number.ts';
import { isArray, isNumber, isObject, type JsonObject, kindOf, numeric, objectFrom } from './values.ts';

/** What a function says about an argument it does not take. */
export class FunctionRefusal extends Error {}

/** Takes one argument. @throws FunctionRefusal */
export type KritiFunction = (argument: unknown) => unknown;

export type KritiFunctions = Readonly<Record<string, KritiFunction>>;

function refuse(message: string): never {
  throw new FunctionRefusal(message);
}

/** Hasura's words for an argument of another type: `what` is what the function calls it, `expected` its type. */
function mismatch(what: string, expected: string, argument: unknown): never {
  return refuse(`parsing ${what} failed, expected ${expected}, but encountered ${kindOf(argument)}`);
}

function text(argument: unknown): string {
  return typeof argument === 'string' ? argument : mismatch('String', 'String', argument);
}

function array(argument: unknown, what: string): readonly unknown[] {
  return isArray(argument) ? argument : mismatch(what, 'Array', argument);
}

function object(argument: unknown, what: string): JsonObject {
  return isObject(argument) ? argument : mismatch(what, 'Object', argument);
}

/** Array or characters of a text. */
function sequence(argument: unknown): readonly unknown[] {
  if (typeof argument === 'string') return Array.from(argument);
  return isArray(argument) ? argument : refuse('Expected an array or string');
}

/** A sequence that has something in it. */
function filled(argument: unknown): readonly unknown[] {
  const items = sequence(argument);
  return items.length > 0 ? items : refuse(isArray(argument) ? 'Empty array' : 'Empty string');
}

function isEmpty(argument: unknown): boolean {
  if (typeof argument === 'boolean') return refuse('Cannot define emptiness for a boolean');
  if (typeof argument === 'string') return argument.trim() === '';
  return size(argument) === 0;
}

function size(argument: unknown): number {
  if (argument instanceof ExactNumber) return numeric(argument);
  if (typeof argument === 'string') return Array.from(argument).length;
  if (isArray(argument)) return argument.length;
  return isObject(argument) ? Object.keys(argument).length : Number(argument);
}

function inverse(argument: unknown): unknown {
  if (isNumber(argument)) return numeric(argument) === 0 ? refuse('Division by zero') : 1 / numeric(argument);
  if (typeof argument === 'boolean') return !argument;
  if (typeof argument === 'string') return Array.from(argument).toReversed().join('');
  return isArray(argument) ? argument.toReversed() : argument;
}

function concat(argument: unknown): unknown {
  const parts = array(argument, 'Array');
  if (parts.every(isArray)) return parts.flat();
  if (parts.every((part) => typeof part === 'string')) return parts.join('');
  return objectFrom(parts.flatMap((part) => Object.entries(object(part, 'Nested Object'))));
}

function fromPairs(argument: unknown): JsonObject {
  const pairs = array(argument, 'Nested Arrays').map((pair): readonly [string, unknown] => {
    const [key, value, ...more] = array(pair, 'Array of Pair');
    if (typeof key !== 'string' || value === undefined || more.length > 0) {
      return refuse('Expected an array of shape [ [k1,v1], [k2,v2] ... ] - With String keys.');
    }
    return [key, value];
  });
  return objectFrom(pairs);
}

/** The first letter of each word in upper case, the others in lower case. */
function titleCase(argument: unknown): string {
  return text(argument).replaceAll(/\p{L}[\p{L}\p{M}'’]*/gu, (word) => {
    const [first = '', ...rest] = word;
    return `${first.toUpperCase()}${rest.join('').toLowerCase()}`;
  });
}

/** All but RFC 3986's unreserved characters, as `%XX` of UTF-8. */
export function escapeUri(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export const FUNCTIONS: KritiFunctions = {
  empty: isEmpty,
  size: (argument) => (argument instanceof ExactNumber ? argument : size(argument)),
  inverse,
  head: (argument) => filled(argument)[0],
  tail: (argument) => {
    const rest = filled(argument).slice(1);
    return typeof argument === 'string' ? rest.join('') : rest;
  },
  // Unicode's case folding is the lower case of what upper case made one.
  toCaseFold: (argument) => text(argument).toUpperCase().toLowerCase(),
  toLower: (argument) => text(argument).toLowerCase(),
  toUpper: (argument) => text(argument).toUpperCase(),
  toTitle: titleCase,
  escapeUri: (argument) => escapeUri(text(argument)),
  fromPairs,
  toPairs: (argument) => Object.entries(object(argument, 'Object')),
  removeNulls: (argument) => array(argument, 'Array').filter((item) => item !== null),
  concat,
  not: (argument) => (typeof argument === 'boolean' ? !argument : mismatch('Bool', 'Boolean', argument)),
};
