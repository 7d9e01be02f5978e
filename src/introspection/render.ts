// A checked introspection x a role's types -> JSON text. Selections are compiled once and every type is written once
// per selection, however often it is referred to: graphql-js would resolve each of a few million fields.

import type { FieldNode, FragmentDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  Kind,
  TypeMetaFieldDef,
} from 'graphql';

import { HedgeError } from '../error/hedge-error.ts';
import { assert, must } from '../util/assert.ts';
import type { CheckedRequest, CoercedVariables } from './check.ts';
import type { MetaResolver } from './meta-fields.ts';
import { metaFields } from './meta-fields.ts';
import type { RoleTypes } from './role-types.ts';
import { QUERY_ROOT } from './role-types.ts';

/** Characters of an answer: what every schema may take, and per member of its types (the standard query takes ~130). */
const MAX_CHARS = 4_000_000;
const MAX_CHARS_PER_MEMBER = 400;
/** From this average length on, pieces are chained instead of copied. */
const LONG_PIECE = 4_096;

interface Selected {
  readonly key: string;
  readonly isList: boolean;
  readonly resolve: MetaResolver;
  /** null for a leaf. */
  readonly inner: ObjectWriter | null;
}

interface ObjectWriter {
  readonly fields: readonly Selected[];
  /** Texts of the types written so far. */
  readonly written: Map<string, string>;
}

interface Compiling {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: CoercedVariables;
}

/**
 * The JSON text of each root field, by response key.
 * @throws HedgeError `validation-failed` when the answer would be many times a whole schema.
 */
export function renderIntrospection(types: RoleTypes, request: CheckedRequest): ReadonlyMap<string, string> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let root: SelectionSetNode | undefined;
  for (const definition of request.document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) root = definition.selectionSet;
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sets = [must(root, 'an introspection document has an operation')];
  const writer = compile({ fragments, variables: request.variables }, QUERY_ROOT, sets);
  const limit = MAX_CHARS + MAX_CHARS_PER_MEMBER * types.memberCount;
  const answer = new Map<string, string>();
  let length = 0;
  for (const field of writer.fields) {
    const text = writeField(field, types, types, limit);
    length += text.length;
    refuseLonger(length, limit);
    answer.set(field.key, text);
  }
  return answer;
}

// ------------------------------------------------------------------ compiling

function compile(ctx: Compiling, typeName: string, sets: readonly SelectionSetNode[]): ObjectWriter {
  const byKey = new Map<string, { readonly node: FieldNode; readonly sets: SelectionSetNode[] }>();
  for (const set of sets) collect(ctx, set, byKey);
  const fields = [...byKey].map(([key, { node, sets: inner }]): Selected => {
    const name = node.name.value;
    if (name === '__typename') return { key, isList: false, resolve: () => typeName, inner: null };
    if (typeName === QUERY_ROOT) return rootField(ctx, key, node, inner);
    const field = must(metaFields(typeName)?.get(name), 'a validated field');
    const writer = field.isLeaf ? null : compile(ctx, field.typeName, inner);
    return { key, isList: field.isList, resolve: field.resolve, inner: writer };
  });
  return { fields, written: new Map() };
}

function rootField(
  ctx: Compiling,
  key: string,
  node: FieldNode,
  sets: readonly SelectionSetNode[],
): Selected {
  if (node.name.value === '__schema') {
    return { key, isList: false, resolve: (_, types) => types, inner: compile(ctx, '__Schema', sets) };
  }
  assert(node.name.value === '__type', 'introspection has the root fields __schema and __type');
  const { name } = getArgumentValues(TypeMetaFieldDef, node, ctx.variables);
  return {
    key,
    isList: false,
    resolve: (_, types) => (typeof name === 'string' && types.get(name) ? name : null),
    inner: compile(ctx, '__Type', sets),
  };
}

function collect(
  ctx: Compiling,
  set: SelectionSetNode,
  byKey: Map<string, { readonly node: FieldNode; readonly sets: SelectionSetNode[] }>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(ctx, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = byKey.get(key);
      if (!known)
        byKey.set(key, { node: selection, sets: selection.selectionSet ? [selection.selectionSet] : [] });
      else if (selection.selectionSet) known.sets.push(selection.selectionSet);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(ctx, selection.selectionSet, byKey);
    } else {
      // Type conditions are on the very type: introspection has no interfaces, and the rules refuse others.
      const fragment = must(ctx.fragments.get(selection.name.value), 'a validated fragment');
      collect(ctx, fragment.selectionSet, byKey);
    }
  }
}

function isIncluded({ variables }: Compiling, selection: SelectionNode): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  if (skip?.['if'] === true) return false;
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return include?.['if'] !== false;
}

// ------------------------------------------------------------------ writing

function writeField(field: Selected, source: unknown, types: RoleTypes, limit: number): string {
  const value = field.resolve(source, types);
  const { inner } = field;
  if (value === null || inner === null) return JSON.stringify(value);
  if (!field.isList) return writeObject(inner, value, types, limit);
  assert(Array.isArray(value), 'a list field has a list');
  return `[${join(
    value.map((item) => writeObject(inner, item, types, limit)),
    limit,
  )}]`;
}

function writeObject(writer: ObjectWriter, source: unknown, types: RoleTypes, limit: number): string {
  const known = typeof source === 'string' ? writer.written.get(source) : undefined;
  if (known !== undefined) return known;
  const members = writer.fields.map((field) => `"${field.key}":${writeField(field, source, types, limit)}`);
  const text = `{${join(members, limit)}}`;
  if (typeof source === 'string') writer.written.set(source, text);
  return text;
}

function join(pieces: readonly string[], limit: number): string {
  let length = 0;
  for (const piece of pieces) length += piece.length + 1;
  refuseLonger(length, limit);
  if (length < LONG_PIECE * pieces.length) return pieces.join(',');
  let text = '';
  for (const piece of pieces) text += text === '' ? piece : `,${piece}`;
  return text;
}

function refuseLonger(length: number, limit: number): void {
  if (length <= limit) return;
  throw new HedgeError(
    'validation-failed',
    `the answer to the introspection is longer than ${limit} characters`,
  );
}
