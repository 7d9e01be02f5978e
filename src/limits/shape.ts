// An operation -> how deep it nests and how many objects it asks for, held against the limits of its role.

import type { FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { Kind, OperationTypeNode } from 'graphql/language';

import type { RequestLimits } from '../artifact/limits.ts';
import { limitOf } from '../artifact/limits.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Operation } from '../parse/operation.ts';

/** Both count fields with a selection set, fragments spread: below each other, and in all. */
export interface Shape {
  readonly depth: number;
  readonly nodes: number;
}

/**
 * Refuses an operation that is too large for its role. It is looked at as written, whatever `@skip` and `@include` say, so
 * that the verdict is the same for all variables and a plan that is kept was allowed.
 * @throws HedgeError `depth-limit-exceeded`, `node-limit-exceeded`.
 */
export function checkShape(limits: RequestLimits | undefined, role: string, operation: Operation): void {
  if (limits === undefined) return;
  const depth = limitOf(limits.depth, role);
  const nodes = limitOf(limits.nodes, role);
  if (depth === undefined && nodes === undefined) return;
  const shape = shapeOf(operation);
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
  const measure = (set: SelectionSetNode): Shape => {
    let depth = 0;
    let nodes = 0;
    const add = (shape: Shape): void => {
      depth = Math.max(depth, shape.depth);
      nodes += shape.nodes;
    };
    for (const selection of set.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.name.value;
          if (!selection.selectionSet || (isRoot && (name === '__schema' || name === '__type'))) break;
          const inner = (below ?? measure)(selection.selectionSet);
          add({ depth: inner.depth + 1, nodes: inner.nodes + 1 });
          break;
        }
        case Kind.INLINE_FRAGMENT:
          add(measure(selection.selectionSet));
          break;
        case Kind.FRAGMENT_SPREAD:
          add(spread(selection.name.value));
          break;
      }
    }
    return { depth, nodes };
  };
  return measure;
}

const NOTHING: Shape = { depth: 0, nodes: 0 };
