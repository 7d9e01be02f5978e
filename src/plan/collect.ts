// Selection sets -> fields by response key, in order: fragments spread (each once per level), @skip and @include
// decided, fields of one key merged. Specification, sections 5.3.2 and 6.3.2.

import type { ArgumentNode, DirectiveNode, FieldNode, SelectionSetNode } from 'graphql';
import { Kind, print } from 'graphql/language';

import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import type { PlanContext } from './context.ts';
import { invalid, MAX_DEPTH, MAX_SELECTED_FIELDS } from './context.ts';
import { exactJson } from './input.ts';

/** The interface of rows that have an id in the Relay API. */
const NODE_INTERFACE = 'Node';

/** A field of the answer. */
export interface SelectedField {
  /** Response key: the alias, else the name. */
  readonly key: string;
  readonly name: string;
  /** Of the first mention; the others have the same. */
  readonly arguments: readonly ArgumentNode[];
  readonly node: FieldNode;
  /** Selection sets of all mentions; empty for a leaf. */
  readonly selectionSets: readonly SelectionSetNode[];
  /** `….selectionSet.<name>` */
  readonly path: Path;
}

interface Collecting {
  readonly key: string;
  readonly name: string;
  readonly node: FieldNode;
  readonly selectionSets: SelectionSetNode[];
  readonly path: Path;
}

/**
 * The fields that the selection sets of one object of type `typeName` select.
 * @throws HedgeError `validation-failed` on unknown fragments, conflicting fields, and beyond the limits.
 */
export function collectFields(
  ctx: PlanContext,
  typeName: string,
  selectionSets: readonly SelectionSetNode[],
  path: Path | undefined,
): readonly SelectedField[] {
  if (depthOf(path) > MAX_DEPTH * 2)
    invalid(`the operation nests deeper than ${MAX_DEPTH} levels`, undefined);
  const fields = new Map<string, Collecting>();
  const entered = new Set<string>();
  const base = at(path, 'selectionSet');
  if (selectionSets.length === 0) invalid(`missing selection set for '${typeName}'`, base);

  const walk = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (!included(ctx, selection.directives ?? [], base)) continue;
      switch (selection.kind) {
        case Kind.FIELD:
          addField(ctx, fields, selection, base);
          break;
        case Kind.INLINE_FRAGMENT: {
          const condition = selection.typeCondition?.name.value;
          if (condition === undefined || isOf(ctx, typeName, condition)) walk(selection.selectionSet);
          break;
        }
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          if (entered.has(name)) break;
          entered.add(name);
          const fragment = ctx.reader.operation.fragments.get(name);
          if (!fragment) invalid(`reference to undefined fragment "${name}"`, base);
          if (isOf(ctx, typeName, fragment.typeCondition.name.value)) walk(fragment.selectionSet);
          break;
        }
      }
    }
  };
  for (const set of selectionSets) walk(set);
  // Only @skip and @include may leave nothing; an empty pair of braces is no selection.
  if (fields.size === 0 && selectionSets.every((set) => set.selections.length === 0)) {
    invalid('empty selection set', path);
  }
  return [...fields.values()].map((f) => ({ ...f, arguments: f.node.arguments ?? [] }));
}

/** Whether an object of type `typeName` is of the type a fragment is for. The Relay API's rows are all of one more. */
function isOf(ctx: PlanContext, typeName: string, condition: string): boolean {
  return condition === typeName || (condition === NODE_INTERFACE && ctx.role.relay !== undefined);
}

function addField(ctx: PlanContext, fields: Map<string, Collecting>, node: FieldNode, base: Path): void {
  const name = node.name.value;
  const key = node.alias?.value ?? name;
  if (++ctx.counters.fields > MAX_SELECTED_FIELDS) {
    invalid(`the operation selects more than ${MAX_SELECTED_FIELDS} fields`, undefined);
  }
  const known = fields.get(key);
  if (!known) {
    fields.set(key, {
      key,
      name,
      node,
      selectionSets: node.selectionSet ? [node.selectionSet] : [],
      path: at(base, name),
    });
    return;
  }
  if (known.name !== name) {
    invalid(`selection of both '${known.name}' and '${name}' specify the same response name, '${key}'`, base);
  }
  if (argumentsText(known.node) !== argumentsText(node)) {
    invalid(`inconsistent arguments between multiple selections of field '${name}'`, base);
  }
  if (node.selectionSet) known.selectionSets.push(node.selectionSet);
}

function argumentsText(node: FieldNode): string {
  return (node.arguments ?? [])
    .map((a) => `${a.name.value}:${print(a.value)}`)
    .sort()
    .join(',');
}

/** Decides @skip and @include; any other directive on a selection is unknown here. */
function included(ctx: PlanContext, directives: readonly DirectiveNode[], path: Path): boolean {
  let keep = true;
  const seen = new Set<string>();
  for (const directive of directives) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include')
      invalid(`directive '${name}' is not defined in the schema`, path);
    if (seen.has(name)) invalid(`the following directives are used more than once: ['${name}']`, path);
    seen.add(name);
    const other = directive.arguments?.find((a) => a.name.value !== 'if');
    if (other) invalid(`'${name}' has no argument named '${other.name.value}'`, path);
    const argument = directive.arguments?.find((a) => a.name.value === 'if');
    if (!argument) invalid(`missing required field 'if'`, path);
    const value = exactJson(ctx.reader, { kind: 'literal', node: argument.value }, 'Boolean!', path);
    if (typeof value !== 'boolean')
      invalid(
        `expected a boolean for type 'Boolean', but found ${value === null ? 'null' : `a ${typeof value}`}`,
        at(path, 'if'),
      );
    if (value === (name === 'skip')) keep = false;
  }
  return keep;
}

function depthOf(path: Path | undefined): number {
  let depth = 0;
  for (let p = path; p; p = p.parent) depth++;
  return depth;
}

/** Refuses a selection set on a leaf. */
export function noSubselection(field: SelectedField): void {
  if (field.selectionSets.length > 0) invalid('unexpected subselection set for non-object field', field.path);
}

/** A selection's place for messages. */
export function placeOf(field: SelectedField): string {
  return pathText(field.path);
}

/** All mentions of a field as one node. */
export function withKey(field: SelectedField): FieldNode {
  const [first, ...rest] = field.selectionSets;
  if (!first || rest.length === 0) return field.node;
  return {
    ...field.node,
    selectionSet: { ...first, selections: [first, ...rest].flatMap((set) => set.selections) },
  };
}
