// An operation's fragments -> none left undefined, none that spreads itself: after this whoever enters fragments comes
// to an end.

import type { FragmentDefinitionNode, OperationDefinitionNode, SelectionNode } from 'graphql';
import { Kind } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';

/** A selection set on the way down, and how far it was looked at. */
interface Level {
  readonly selections: readonly SelectionNode[];
  next: number;
  readonly path: Path | undefined;
  /** The fragment whose selection set it is. */
  readonly fragment: string | null;
}

/**
 * Checks every fragment that the operation reaches, as Hasura also behind `@skip`. Levels are kept in a list: a chain of
 * fragments may be longer than the stack is deep.
 * @throws HedgeError `validation-failed` naming the fragments (specification, section 5.5.2.2), at the spread.
 */
export function checkFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): void {
  const checked = new Set<string>();
  /** The fragments that are being looked at, outermost first. */
  const entered = new Set<string>();
  const levels: Level[] = [];
  const enter = (
    selections: readonly SelectionNode[],
    path: Path | undefined,
    fragment: string | null,
  ): void => {
    levels.push({ selections, next: 0, path, fragment });
  };
  enter(operation.selectionSet.selections, undefined, null);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const selection = level.selections[level.next++];
    if (!selection) {
      levels.pop();
      if (level.fragment !== null) {
        checked.add(level.fragment);
        entered.delete(level.fragment);
      }
      continue;
    }
    switch (selection.kind) {
      case Kind.FIELD:
        if (selection.selectionSet) {
          const path = at(at(level.path, 'selectionSet'), selection.name.value);
          enter(selection.selectionSet.selections, path, null);
        }
        break;
      case Kind.INLINE_FRAGMENT:
        enter(selection.selectionSet.selections, level.path, null);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const name = selection.name.value;
        if (checked.has(name)) break;
        const place = at(level.path, 'selectionSet');
        if (entered.has(name)) {
          const names = [...entered];
          fail(`the fragment definition(s) ${listed(names.slice(names.indexOf(name)))} form a cycle`, place);
        }
        const fragment = fragments.get(name);
        if (!fragment) fail(`reference to undefined fragment "${name}"`, place);
        entered.add(name);
        enter(fragment.selectionSet.selections, at(place, name), name);
        break;
      }
    }
  }
}

/** `a`, `a and b`, `a, b, and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  const before = names.slice(0, -1);
  if (before.length < 2) return [...before, last].join(' and ');
  return `${before.join(', ')}, and ${last}`;
}

function fail(message: string, path: Path): never {
  throw new HedgeError('validation-failed', message, { path: pathText(path) });
}
