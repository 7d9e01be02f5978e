// A plan -> the hash that its operation shares with all that differ in values only, as logs and metrics group by it.
//
// The normal form that is hashed: the kind of operation, its selections and those of the fragments it spreads. Names of the
// operation and of fragments, and the operation's variables and directives are not in it. Each scalar, enum value and null
// is `?`, arguments and members of input objects are sorted by name, equal items of a list are one, and a variable is
// what planning saw in its value: an object's keys, a list's items, else `?`; one without a value is as if it were not written.

import type {
  ArgumentNode,
  DirectiveNode,
  FieldNode,
  ObjectFieldNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import { Kind } from 'graphql/language';

import type { Guard } from '../plan/input.ts';
import type { Plan } from '../plan/plan.ts';
import { hex } from '../util/sha256.ts';

/** Of this isolate's plans. */
const hashes = new WeakMap<Plan, string>();

/** SHA-1 of the normal form, in hexadecimal; computed once per plan. */
export async function queryHash(plan: Plan): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(normalForm(plan)));
  const hash = hex(new Uint8Array(digest));
  hashes.set(plan, hash);
  return hash;
}

/** The hash if it was computed before. */
export function knownQueryHash(plan: Plan): string | undefined {
  return hashes.get(plan);
}

/** `query{authors(where:{id:{_eq:?}}){id name}}` */
export function normalForm({ operation, guards }: Plan): string {
  const places = placesOf(guards);
  /** Fragments in the order in which they are met. */
  const names: string[] = [];
  const valueText = (node: ValueNode): string | null => {
    switch (node.kind) {
      case Kind.VARIABLE: {
        const name = node.name.value;
        const place = places.get(name);
        if (place?.seen !== 'absent') return place ? placeText(place) : '?';
        const fallback = operation.variables.get(name)?.defaultValue;
        return fallback === undefined ? null : valueText(fallback);
      }
      case Kind.LIST:
        return listText(node.values.map(valueText));
      case Kind.OBJECT:
        return `{${membersText(node.fields)}}`;
      default:
        return '?';
    }
  };
  const membersText = (members: readonly (ArgumentNode | ObjectFieldNode)[]): string =>
    members
      .flatMap(({ name, value }) => {
        const text = valueText(value);
        return text === null ? [] : [`${name.value}:${text}`];
      })
      .sort()
      .join(',');
  const argumentsText = (given: readonly ArgumentNode[] | undefined): string => {
    const text = membersText(given ?? []);
    return text === '' ? '' : `(${text})`;
  };
  const directivesText = (directives: readonly DirectiveNode[] | undefined): string =>
    (directives ?? []).map(({ name, arguments: given }) => `@${name.value}${argumentsText(given)}`).join('');
  const fieldText = ({ alias, name, arguments: given, directives, selectionSet }: FieldNode): string =>
    `${alias ? `${alias.value}:` : ''}${name.value}${argumentsText(given)}${directivesText(directives)}${selectionSet ? selectionsText(selectionSet) : ''}`;
  const selectionsText = ({ selections }: SelectionSetNode): string => {
    const texts = selections.map((selection) => {
      switch (selection.kind) {
        case Kind.FIELD:
          return fieldText(selection);
        case Kind.INLINE_FRAGMENT:
          return `...${selection.typeCondition?.name.value ?? ''}${directivesText(selection.directives)}${selectionsText(selection.selectionSet)}`;
        case Kind.FRAGMENT_SPREAD: {
          const { value } = selection.name;
          if (!names.includes(value)) names.push(value);
          return `...#${names.indexOf(value)}${directivesText(selection.directives)}`;
        }
      }
    });
    return `{${texts.join(' ')}}`;
  };

  let text = `${operation.node.operation}${selectionsText(operation.node.selectionSet)}`;
  // The list grows while its fragments are written.
  for (const [i, name] of names.entries()) {
    const fragment = operation.fragments.get(name);
    if (fragment)
      text += `#${i} ${fragment.typeCondition.name.value}${selectionsText(fragment.selectionSet)}`;
  }
  return text;
}

/** What planning saw at a place of a variable's value, and at the places in it. */
interface Place {
  seen: string;
  readonly members: Map<string, Place>;
}

function placesOf(guards: readonly Guard[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const guard of guards) {
    if (!('variable' in guard)) continue;
    let members = places;
    let place: Place | undefined;
    for (const key of [guard.variable, ...guard.path.map(String)]) {
      place = members.get(key) ?? { seen: '', members: new Map() };
      members.set(key, place);
      members = place.members;
    }
    // Of a place that was looked at more than once, its shape says most.
    if (place && (guard.depth === 'shape' || guard.seen === 'absent' || place.seen === ''))
      place.seen = guard.depth === 'exact' && guard.seen !== 'absent' ? 'exact' : guard.seen;
  }
  return places;
}

function placeText({ seen, members }: Place): string {
  // Seen of an object are its keys, of a list the number of its items.
  const parts = seen.startsWith('[') ? (JSON.parse(seen) as readonly (string | number)[]) : null;
  if (parts === null) return '?';
  const text = (key: string): string => {
    const member = members.get(key);
    return member ? placeText(member) : '?';
  };
  const [count] = parts;
  if (typeof count === 'number') return listText(Array.from({ length: count }, (_, i) => text(String(i))));
  return `{${parts
    .map((key) => `${key}:${text(String(key))}`)
    .sort()
    .join(',')}}`;
}

function listText(items: readonly (string | null)[]): string {
  return `[${[...new Set(items.filter((item) => item !== null))].join(',')}]`;
}
