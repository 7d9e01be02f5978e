// The pieces metadata's schemas are made of. Messages are the ends of sentences: `validate.ts` puts the object,
// its role and the key in front of them.
import * as v from 'valibot';

import { nearest } from '../nearest.ts';

export type Schema<T> = v.GenericSchema<unknown, T>;

/** An issue with this type holds a whole predicate (`has no key "x"; …`), any other a noun (`a list`). */
export const PREDICATE = 'raw_check';
/** Finds the key an unknown one was meant to be in its message. */
export const MEANT_KEY = /; did you mean "(.*)"\?$/;

type Mapping = Record<string, unknown>;

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const mapping: Schema<Mapping> = v.custom<Mapping>(isMapping, 'a mapping');
export const text: Schema<string> = v.string('a text');
/** A text that names something: a role, a source, a relationship. */
export const name: Schema<string> = v.pipe(text, v.nonEmpty('a text that is not empty'));
export const flag: Schema<boolean> = v.boolean('true or false');
export const number: Schema<number> = v.number('a number');
/** Whole and not negative: counts, limits, seconds. */
export const count: Schema<number> = v.pipe(
  v.number('a whole number'),
  v.integer('a whole number'),
  v.minValue(0, 'a whole number from 0 on'),
);
/** Any value JSON can hold, kept as it is. */
export const anything: Schema<unknown> = v.unknown();

/** A key that may be left out. Left empty (`comment:` and nothing behind it) it counts as left out. */
export const optional = <T>(schema: Schema<T>): v.ExactOptionalSchema<Schema<T>, undefined> =>
  v.exactOptional(schema);

/**
 * A mapping with these keys and no others. Every unknown key is reported, with the known one that was meant,
 * which is why this is not valibot's `strictObject`: that one stops at the first.
 */
export function object<const E extends v.ObjectEntries>(
  entries: E,
): Schema<v.InferOutput<v.ObjectSchema<E, undefined>>> {
  const known = Object.keys(entries);
  const schema = v.pipe(
    mapping,
    v.transform((input) => withoutEmpty(input, entries)),
    v.looseObject(entries),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (!isMapping(input)) return;
      for (const key of Object.keys(input)) {
        if (Object.hasOwn(entries, key)) continue;
        addIssue({ message: unknownKey(key, known), path: [pathItem(input, key)] });
      }
    }),
  );
  // An unknown key is an issue, so what comes out has none.
  return schema;
}

function withoutEmpty(input: Mapping, entries: v.ObjectEntries): Mapping {
  const kept = Object.entries(input).filter(
    ([key, value]) => value !== null || entries[key]?.type !== 'exact_optional',
  );
  return kept.length === Object.keys(input).length ? input : Object.fromEntries(kept);
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined
    ? `has no key "${key}"; its keys are ${known.join(', ')}`
    : `has no key "${key}"; did you mean "${meant}"?`;
}

function pathItem(input: Mapping, key: string): v.ObjectPathItem {
  return { type: 'object', origin: 'key', input, key, value: input[key] };
}

export function list<T>(item: Schema<T>): Schema<T[]> {
  return v.array(item, 'a list');
}

/**
 * A mapping from names of the user's own choice: columns, arguments, roles. Not valibot's `record`, which
 * drops a column that is called "constructor" without a word.
 */
export function dictionary<T>(value: Schema<T>): Schema<Record<string, T>> {
  return v.lazy((input) => {
    if (!isMapping(input)) return mapping as Schema<Record<string, T>>;
    const entries = Object.fromEntries(Object.keys(input).map((key) => [key, value]));
    return v.looseObject(entries);
  });
}

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly W[]): Schema<W> {
  return v.picklist(words, words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`);
}

/** A text in short, or the longer form: which one it is shows in the value, so messages speak of that one. */
export function textOr<T>(other: Schema<T>): Schema<string | T> {
  return v.lazy((input): Schema<string | T> => (typeof input === 'string' ? text : other));
}

/**
 * A mapping with one of several forms, told apart by a key each has for itself. Where that key is missing the
 * form of the key that was meant is taken, so that the message is about the slip.
 */
export function variant<T>(forms: Readonly<Record<string, Schema<T>>>): Schema<T> {
  const keys = Object.keys(forms);
  const unclear = v.pipe(
    mapping,
    v.rawCheck(({ dataset, addIssue }) => {
      if (dataset.typed) addIssue({ message: `needs one of the keys ${keys.join(', ')}` });
    }),
  );
  return v.lazy((input) => {
    if (!isMapping(input)) return unclear as Schema<T>;
    const own = Object.keys(input);
    const key =
      keys.find((form) => own.includes(form)) ??
      own.map((name) => nearest(name, keys)).find((meant) => meant !== undefined);
    return (key === undefined ? undefined : forms[key]) ?? (unclear as Schema<T>);
  });
}

/** `"*"` for all columns, or a list of them. */
export const columns: Schema<'*' | string[]> = v.lazy((input): Schema<'*' | string[]> =>
  Array.isArray(input) ? list(text) : v.literal('*', '"*" or a list of columns'),
);

/** A check over several keys; `sentence` answers the end of a sentence about the object, or nothing. */
export function checked<T>(schema: Schema<T>, sentence: (value: T) => string | undefined): Schema<T> {
  return v.pipe(
    schema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const message = sentence(dataset.value);
      if (message !== undefined) addIssue({ message });
    }),
  );
}

/** A table or function: `"users"` for schema public, or `{schema, name}`. */
export const qualifiedName: Schema<{ schema: string; name: string }> = v.pipe(
  textOr(object({ schema: optional(text), name: text })),
  v.transform((written) =>
    typeof written === 'string'
      ? { schema: 'public', name: written }
      : { schema: written.schema ?? 'public', name: written.name },
  ),
);
