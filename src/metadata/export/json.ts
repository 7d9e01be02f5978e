// The pieces exported documents are made of: objects without what is absent, lists in Hasura's order, and values whose
// keys are in the order Hasura's JSON writer gives them.
import { isMapping } from '../schema/common.ts';

/** An object as JSON holds it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The keys in the order they are written down here, without those that are undefined or null. */
export function object(entries: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => value !== undefined && value !== null),
  );
}

/**
 * The value with the keys of all its objects in alphabetical order, as Hasura writes whatever its exporter does not put
 * into an order of its own: names of tables, filters, connections. Undefined keys are left out.
 */
export function alphabetical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(alphabetical);
  if (!isMapping(value)) return value;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return Object.fromEntries(keys.sort(compareText).map((key) => [key, alphabetical(value[key])]));
}

/** The list, or undefined when it is absent or empty: Hasura's exports have no empty lists. */
export function filled<T>(list: readonly T[] | undefined | null): readonly T[] | undefined {
  return list === undefined || list === null || list.length === 0 ? undefined : list;
}

/** The value, or undefined when it is absent or an object without keys. */
export function withKeys<T extends object>(value: T | undefined | null): T | undefined {
  return value === undefined || value === null || Object.keys(value).length === 0 ? undefined : value;
}

/** The items in the order of their names, each exported; undefined when there are none. */
export function sortedList<T>(
  list: readonly T[] | undefined,
  nameOf: (item: T) => string,
  exported: (item: T) => unknown,
): readonly unknown[] | undefined {
  return filled(list)
    ?.toSorted((a, b) => compareText(nameOf(a), nameOf(b)))
    .map(exported);
}

/** The order of code points, which Hasura sorts by; JavaScript's own order differs beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x === y) continue;
    // Surrogates stand for code points above all others.
    const [highX, highY] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return highX === highY ? x - y : highX ? 1 : -1;
  }
  return a.length - b.length;
}
