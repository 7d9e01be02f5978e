// Arguments as the walk reads them: literals of the document and values of variables behind one face. Whatever the
// walk learns about a variable's value is written down as a guard, so that a plan is used again only for requests
// whose variables have the same shape.

import type { ValueNode } from 'graphql';
import { Kind } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import { ExactNumber, exactNumber } from '../util/exact-number.ts';

/** A value of the request: a literal, or a place inside a variable's JSON value. */
export type Input =
  | { readonly kind: 'literal'; readonly node: ValueNode }
  | { readonly kind: 'json'; readonly variable: string; readonly path: readonly (string | number)[] };

/** How closely a plan depends on a variable's value. */
type Depth = 'presence' | 'shape' | 'exact';

/** What planning saw of the variables; a later request must show the same. */
export type Guard = VariableGuard | ObservedGuard;

interface VariableGuard {
  readonly variable: string;
  readonly path: readonly (string | number)[];
  readonly depth: Depth;
  readonly seen: string;
}

/** What a walk over a whole input saw, such as the keys of all objects of an insert. */
interface ObservedGuard {
  readonly observe: (variables: VariableValues) => string;
  readonly seen: string;
}

/** Reads inputs for one planning run and collects what it saw. */
export interface InputReader {
  readonly operation: Operation;
  readonly variables: VariableValues;
  readonly guards: Guard[];
}

/** What an input is, one level deep. */
export type InputView =
  | { readonly kind: 'absent' }
  | { readonly kind: 'null' }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'list'; readonly items: readonly Input[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Input> };

/**
 * Looks one level into an input. A variable node turns into its value, after its declared type was compared with
 * `expectedType` (GraphQL notation of the place it stands in).
 * @throws HedgeError `validation-failed` when the variable is undeclared or of another type.
 */
export function view(
  reader: InputReader,
  input: Input,
  expectedType: string,
  path: Path | undefined,
): InputView {
  const resolved = resolveVariable(reader, input, expectedType, path);
  if (resolved === undefined) return { kind: 'absent' };
  if (resolved.kind === 'literal') return literalView(reader, resolved.node);
  const value = readJson(reader.variables, resolved);
  guard(reader, resolved, 'shape');
  if (value === undefined) return { kind: 'absent' };
  if (value === null) return { kind: 'null' };
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((_, i) => ({ ...resolved, path: [...resolved.path, i] })) };
  if (typeof value === 'object' && !(value instanceof ExactNumber)) {
    return {
      kind: 'object',
      fields: new Map(Object.keys(value).map((key) => [key, { ...resolved, path: [...resolved.path, key] }])),
    };
  }
  return { kind: 'scalar' };
}

/** Whether an input is there and not null, without depending on more of a variable's value than that. */
export function presence(
  reader: InputReader,
  input: Input,
  expectedType: string,
  path: Path | undefined,
): 'absent' | 'null' | 'value' {
  const resolved = resolveVariable(reader, input, expectedType, path);
  if (resolved === undefined) return 'absent';
  if (resolved.kind === 'literal') return resolved.node.kind === Kind.NULL ? 'null' : 'value';
  guard(reader, resolved, 'presence');
  const value = readJson(reader.variables, resolved);
  return value === undefined ? 'absent' : value === null ? 'null' : 'value';
}

/** The whole value as JSON; the plan then holds for exactly this value. For enums, booleans and counts that shape SQL. */
export function exactJson(
  reader: InputReader,
  input: Input,
  expectedType: string,
  path: Path | undefined,
): unknown {
  const resolved = resolveVariable(reader, input, expectedType, path);
  if (resolved === undefined) return undefined;
  if (resolved.kind === 'json') guard(reader, resolved, 'exact');
  return inputJson(resolved, reader.operation, reader.variables);
}

/** A variable node as the place of its value; undefined when it has neither value nor default. Others unchanged. */
export function resolveVariable(
  reader: InputReader,
  input: Input,
  expectedType: string,
  path: Path | undefined,
): Input | undefined {
  if (input.kind === 'json' || input.node.kind !== Kind.VARIABLE) return input;
  const name = input.node.name.value;
  const definition = reader.operation.variables.get(name);
  if (!definition)
    throw new HedgeError('validation-failed', `unbound variable "${name}"`, { path: pathText(path) });
  // A default that is null does not make a nullable variable fit where null does not: section 5.8.5.
  const { defaultValue } = definition;
  const hasDefault = defaultValue !== undefined && defaultValue.kind !== Kind.NULL;
  if (!usableAs(definition.type, hasDefault, expectedType)) {
    throw new HedgeError(
      'validation-failed',
      `variable '${name}' is declared as '${definition.type}', but used where '${expectedType}' is expected`,
      { path: pathText(path) },
    );
  }
  const place: Input = { kind: 'json', variable: name, path: [] };
  if (Object.hasOwn(reader.variables, name)) return place;
  guard(reader, place, 'presence');
  return defaultValue && { kind: 'literal', node: defaultValue };
}

/**
 * The value of a resolved input as JSON, without members and items whose variable has no value; numbers that a JavaScript number would change are `ExactNumber`s.
 */
export function inputJson(input: Input, operation: Operation, variables: VariableValues): unknown {
  if (input.kind === 'json') return readJson(variables, input);
  return literalJson(input.node, operation, variables);
}

function literalJson(node: ValueNode, operation: Operation, variables: VariableValues): unknown {
  switch (node.kind) {
    case Kind.NULL:
      return null;
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.BOOLEAN:
      return node.value;
    case Kind.STRING:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values
        .map((v) => literalJson(v, operation, variables))
        .filter((value) => value !== undefined);
    case Kind.OBJECT: {
      const object = Object.create(null) as Record<string, unknown>;
      for (const field of node.fields) {
        const value = literalJson(field.value, operation, variables);
        if (value !== undefined) object[field.name.value] = value;
      }
      return object;
    }
    case Kind.VARIABLE: {
      const name = node.name.value;
      if (Object.hasOwn(variables, name)) return variables[name];
      const fallback = operation.variables.get(name)?.defaultValue;
      return fallback === undefined ? undefined : literalJson(fallback, operation, variables);
    }
  }
}

/** True when the guards of a plan hold for another request's variables. */
export function guardsHold(guards: readonly Guard[], variables: VariableValues): boolean {
  for (const g of guards) {
    const now =
      'observe' in g ? g.observe(variables) : observe(valueAt(variables, g.variable, g.path), g.depth);
    if (now !== g.seen) return false;
  }
  return true;
}

function guard(reader: InputReader, input: Input & { kind: 'json' }, depth: Depth): void {
  const seen = observe(readJson(reader.variables, input), depth);
  reader.guards.push({ variable: input.variable, path: input.path, depth, seen });
}

function observe(value: unknown, depth: Depth): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (depth === 'presence') return 'value';
  if (depth === 'exact') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === 'object' && !(value instanceof ExactNumber)) return JSON.stringify(Object.keys(value));
  return 'scalar';
}

function readJson(variables: VariableValues, input: Input & { kind: 'json' }): unknown {
  return valueAt(variables, input.variable, input.path);
}

function valueAt(variables: VariableValues, name: string, path: readonly (string | number)[]): unknown {
  let value: unknown = Object.hasOwn(variables, name) ? variables[name] : undefined;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function literalView(reader: InputReader, node: ValueNode): InputView {
  switch (node.kind) {
    case Kind.NULL:
      return { kind: 'null' };
    case Kind.LIST: {
      const values = node.values.filter((v) => !isUnbound(reader, v));
      return { kind: 'list', items: values.map((v) => ({ kind: 'literal', node: v })) };
    }
    case Kind.OBJECT: {
      const fields = node.fields.filter((f) => !isUnbound(reader, f.value));
      return {
        kind: 'object',
        fields: new Map(fields.map((f) => [f.name.value, { kind: 'literal', node: f.value }])),
      };
    }
    default:
      return { kind: 'scalar' };
  }
}

/** Whether a member or item is a variable without value and default: it is as if it were not there. */
export function isUnbound(reader: InputReader, node: ValueNode): boolean {
  if (node.kind !== Kind.VARIABLE) return false;
  const name = node.name.value;
  const definition = reader.operation.variables.get(name);
  // Undeclared ones are refused where they are read, and those of a non-null type have a value.
  if (!definition || definition.defaultValue || definition.nonNull) return false;
  guard(reader, { kind: 'json', variable: name, path: [] }, 'presence');
  return !Object.hasOwn(reader.variables, name);
}

/**
 * GraphQL's rule for using a variable at a place (specification, section 5.8.5): types equal but for nullability,
 * where a non-null place takes a nullable variable only if that has a default.
 */
function usableAs(declared: string, hasDefault: boolean, expected: string): boolean {
  if (expected.endsWith('!') && !declared.endsWith('!'))
    return hasDefault && compatible(declared, expected.slice(0, -1));
  return compatible(declared, expected);
}

function compatible(declared: string, expected: string): boolean {
  if (expected.endsWith('!'))
    return declared.endsWith('!') && compatible(declared.slice(0, -1), expected.slice(0, -1));
  const d = declared.endsWith('!') ? declared.slice(0, -1) : declared;
  if (expected.startsWith('[')) return d.startsWith('[') && compatible(d.slice(1, -1), expected.slice(1, -1));
  return d === expected;
}

/** How Hasura names what a value is in `expected …, but found …`. */
export function describeInput(input: Input, variables: VariableValues): string {
  if (input.kind === 'literal') {
    switch (input.node.kind) {
      case Kind.NULL:
        return 'null';
      case Kind.INT:
        return 'an integer';
      case Kind.FLOAT:
        return 'a float';
      case Kind.STRING:
        return 'a string';
      case Kind.BOOLEAN:
        return 'a boolean';
      case Kind.ENUM:
        return 'an enum value';
      case Kind.LIST:
        return 'a list';
      case Kind.OBJECT:
        return 'an object';
      case Kind.VARIABLE:
        return 'a variable';
    }
  }
  const value = readJson(variables, input);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber) return 'a number';
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'string':
      return 'a string';
    case 'boolean':
      return 'a boolean';
    default:
      return 'a number';
  }
}
