// A value of a request, one level at a time: literals of the document and JSON of variables behind one face. Nothing is
// remembered of what was looked at, unlike `input.ts`: whoever walks writes down one guard for all of it.

import type { ValueNode } from 'graphql';
import { Kind } from 'graphql/language';

import type { Operation, VariableValues } from '../../parse/operation.ts';
import { ExactNumber } from '../../util/exact-number.ts';
import type { Input } from '../input.ts';
import { inputJson } from '../input.ts';

/** What values are read from. */
export interface RequestReader {
  readonly operation: Operation;
  readonly variables: VariableValues;
}

export type RequestValueNode =
  /** Never a variable. */
  | { readonly kind: 'literal'; readonly node: ValueNode }
  | { readonly kind: 'json'; readonly value: unknown; readonly place: JsonPlace };

/** A place inside a variable's value; a list from the inside out, because one is made for each value looked at. */
interface JsonPlace {
  readonly variable: string;
  readonly parent: JsonPlace | null;
  readonly key: string | number;
}

/** The value an input stands for; undefined for a variable that has neither a value nor a default. */
export function valueOf(reader: RequestReader, input: Input): RequestValueNode | undefined {
  if (input.kind === 'literal') return literalOf(reader, input.node);
  let value = variableOf(reader, input.variable);
  for (const key of input.path) value = value?.kind === 'json' ? step(value, key) : undefined;
  return value;
}

function literalOf(reader: RequestReader, node: ValueNode): RequestValueNode | undefined {
  return node.kind === Kind.VARIABLE ? variableOf(reader, node.name.value) : { kind: 'literal', node };
}

function variableOf({ operation, variables }: RequestReader, name: string): RequestValueNode | undefined {
  if (Object.hasOwn(variables, name)) {
    return {
      kind: 'json',
      value: variables[name],
      place: { variable: name, parent: null, key: '' },
    };
  }
  const node = operation.variables.get(name)?.defaultValue;
  return node && { kind: 'literal', node };
}

function step(
  { value, place }: RequestValueNode & { kind: 'json' },
  key: string | number,
): (RequestValueNode & { kind: 'json' }) | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return {
    kind: 'json',
    value: (value as Record<string | number, unknown>)[key],
    place: { variable: place.variable, parent: place, key },
  };
}

/** True for null. */
export function isNull(value: RequestValueNode): boolean {
  return value.kind === 'json' ? value.value === null : value.node.kind === Kind.NULL;
}

/** The items of a list; undefined for what is none. */
export function itemsOf(
  reader: RequestReader,
  value: RequestValueNode,
): readonly (RequestValueNode | undefined)[] | undefined {
  if (value.kind === 'literal') {
    return value.node.kind === Kind.LIST ? value.node.values.map((v) => literalOf(reader, v)) : undefined;
  }
  return Array.isArray(value.value) ? value.value.map((_, i) => step(value, i)) : undefined;
}

/** Names of an object's members, without those whose variable has no value; undefined for what is no object. */
export function keysOf(reader: RequestReader, value: RequestValueNode): readonly string[] | undefined {
  if (value.kind === 'json') {
    const json = value.value;
    const isObject =
      typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber);
    return isObject ? Object.keys(json) : undefined;
  }
  if (value.node.kind !== Kind.OBJECT) return undefined;
  return value.node.fields.flatMap((f) => (literalOf(reader, f.value) ? [f.name.value] : []));
}

/** A member of an object; undefined where it has none. */
export function memberOf(
  reader: RequestReader,
  value: RequestValueNode,
  name: string,
): RequestValueNode | undefined {
  if (value.kind === 'json') return step(value, name);
  if (value.node.kind !== Kind.OBJECT) return undefined;
  const field = value.node.fields.find((f) => f.name.value === name);
  return field && literalOf(reader, field.value);
}

/** A member of an object as JSON; undefined where it has none. */
export function memberJson(reader: RequestReader, value: RequestValueNode, name: string): unknown {
  if (value.kind === 'json') {
    const json = value.value as Readonly<Record<string, unknown>>;
    return Object.hasOwn(json, name) ? json[name] : undefined;
  }
  const member = memberOf(reader, value, name);
  return member && inputJson(inputOf(member), reader.operation, reader.variables);
}

/** The value as an input, for what plans one value at a time. */
export function inputOf(value: RequestValueNode): Input {
  if (value.kind === 'literal') return value;
  const path: (string | number)[] = [];
  let place: JsonPlace = value.place;
  for (; place.parent; place = place.parent) path.push(place.key);
  return { kind: 'json', variable: place.variable, path: path.toReversed() };
}

/** The JSON of a whole value, to compare it with others. */
export function jsonText({ operation, variables }: RequestReader, value: RequestValueNode): string {
  return JSON.stringify(value.kind === 'json' ? value.value : inputJson(value, operation, variables));
}
