// An operation -> how deep it nests and how many objects it asks for, held against the limits of its role.

import type { FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind, OperationTypeNode } from 'graphql/language';

import type { RequestLimits } from '../artifact/limits.ts';
import { limitOf } from '../artifact/limits.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Operation } from '../parse/operation.ts';

/** What an operation asks for, its fragments spread. */
export interface Shape {
  /** Fields with a selection set below each other. */
  readonly depth: number;
  /** Fields with a selection set. */
  readonly nodes: number;
  /** Fields. */
  readonly fields: number;
}

/** Planning counts again, as the same fields of one object are one, and stops at a tenth of this. */
const MAX_FIELDS = 200_000;
/** Selection sets and fragments inside of each other; the walk recurses once for each. */
const MAX_LEVELS = 1500;

/**
 * Refuses an operation that is too large for its role, and one that its fragments make too large for anybody. It is looked
 * at as written, whatever `@skip` and `@include` say, so that the verdict is the same for all variables and a plan that is
 * kept was allowed.
 * @throws HedgeError `depth-limit-exceeded`, `node-limit-exceeded`; `validation-failed`.
 */
export function checkShape(limits: RequestLimits | undefined, role: string, operation: Operation): void {
  const shape = shapeOf(operation);
  if (shape.fields > MAX_FIELDS)
    throw new HedgeError('validation-failed', `the operation selects more than ${MAX_FIELDS} fields`);
  const depth = limitOf(limits?.depth, role);
  const nodes = limitOf(limits?.nodes, role);
  if (depth !== undefined && shape.depth > depth)
    throw new HedgeError('depth-limit-exceeded', `depth limit of ${depth} exceeded`);
  if (nodes !== undefined && shape.nodes > nodes)
    throw new HedgeError('node-limit-exceeded', `node limit of ${nodes} exceeded`);
}

/**
 * Measures an operation whose fragments are known to have no circles. The fields `__schema` and `__type` of a query's root
 * count for nothing with all that is below them, under any alias and in any fragment; what merely bears such a name does
 * count. Each fragment is walked once, so spreads of spreads take no longer than they are written.
 */
export function shapeOf({ node, fragments }: Operation): Shape {
  const below = shapes(fragments, false);
  if (node.operation !== OperationTypeNode.QUERY) return below(node.selectionSet);
  return shapes(fragments, true, below)(node.selectionSet);
}

type Measure = (set: SelectionSetNode) => Shape;

function shapes(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  isRoot: boolean,
  below?: Measure,
): Measure {
  const known = new Map<string, Shape>();
  const spread = (name: string): Shape => {
    let shape = known.get(name);
    if (!shape) {
      const fragment = fragments.get(name);
      shape = fragment ? measure(fragment.selectionSet) : NOTHING;
      known.set(name, shape);
    }
    return shape;
  };
  let level = 0;
  /** `entered`: the fragments that this selection set holds already; holding one twice adds nothing. */
  const measure = (set: SelectionSetNode, entered = new Set<string>()): Shape => {
    if (++level > MAX_LEVELS)
      throw new HedgeError(
        'validation-failed',
        `the operation nests deeper than ${MAX_LEVELS} selection sets`,
      );
    let depth = 0;
    let nodes = 0;
    let fields = 0;
    const add = (shape: Shape): void => {
      depth = Math.max(depth, shape.depth);
      nodes += shape.nodes;
      fields += shape.fields;
    };
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.name.value;
          fields++;
          if (!selection.selectionSet || (isRoot && (name === '__schema' || name === '__type'))) break;
          const inner = (below ?? measure)(selection.selectionSet);
          add({ ...inner, depth: inner.depth + 1, nodes: inner.nodes + 1 });
          break;
        }
        case Kind.INLINE_FRAGMENT:
          add(measure(selection.selectionSet, entered));
          break;
        case Kind.FRAGMENT_SPREAD:
          if (entered.has(selection.name.value)) break;
          entered.add(selection.name.value);
          add(spread(selection.name.value));
          break;
      }
    }
    level--;
    return { depth, nodes, fields };
  };
  return measure;
}

const NOTHING: Shape = { depth: 0, nodes: 0, fields: 0 };
