// What an operation selects -> the JSON schema of its answer's members, under their aliases.

import type { FieldNode, SelectionSetNode } from 'graphql';
import { Kind } from 'graphql';

import type { FieldDef, TypeDef, TypeText } from '../introspection/types.ts';
import type { Operation } from '../parse/operation.ts';
import { must } from '../util/assert.ts';
import type { Schemas } from './schemas.ts';
import type { Properties, Schema } from './types.ts';

/** As many fields and levels as an operation may have when it runs. */
const MAX_FIELDS = 20_000;
const MAX_DEPTH = 100;

type Composite = Extract<TypeDef, { kind: 'OBJECT' | 'INTERFACE' }>;

/** A member of an answer: its field, and the selections it is given with. */
interface Selected {
  readonly field: FieldDef;
  readonly sets: SelectionSetNode[];
}

/** Fields that objects have without showing them; those of introspection stand in the root alone. */
const SYSTEM_FIELDS: ReadonlyMap<string, FieldDef> = new Map(
  [
    ['__typename', 'String!'],
    ['__schema', '__Schema!'],
    ['__type', '__Type'],
  ].map(([name = '', type = '']) => [name, { name, description: null, args: [], type }]),
);

/** The members of an operation's `data`. Fields that the schema does not have are left out. */
export function responseProperties(schemas: Schemas, operation: Operation, root: Composite): Properties {
  let fieldsLeft = MAX_FIELDS;

  const properties = (type: Composite, sets: readonly SelectionSetNode[], depth: number): Properties => {
    const members = new Map<string, Selected>();
    for (const set of sets) collect(type, set, members, new Set());
    return Object.fromEntries(
      [...members].map(([key, { field, sets: inner }]) => [key, fieldSchema(field.type, inner, depth)]),
    );
  };

  const collect = (
    type: Composite,
    set: SelectionSetNode,
    members: Map<string, Selected>,
    entered: Set<string>,
  ): void => {
    for (const selection of set.selections) {
      if (fieldsLeft-- <= 0) return;
      switch (selection.kind) {
        case Kind.FIELD:
          select(type, selection, members);
          break;
        case Kind.INLINE_FRAGMENT:
          collect(
            narrowed(type, selection.typeCondition?.name.value),
            selection.selectionSet,
            members,
            entered,
          );
          break;
        case Kind.FRAGMENT_SPREAD: {
          const name = selection.name.value;
          if (entered.has(name)) break;
          entered.add(name);
          const { typeCondition, selectionSet } = must(
            operation.fragments.get(name),
            'the fragments of an operation are there',
          );
          collect(narrowed(type, typeCondition.name.value), selectionSet, members, entered);
          break;
        }
      }
    }
  };

  const select = (type: Composite, node: FieldNode, members: Map<string, Selected>): void => {
    const name = node.name.value;
    const field = type.fields.find((one) => one.name === name) ?? SYSTEM_FIELDS.get(name);
    if (!field) return;
    const key = node.alias?.value ?? name;
    let member = members.get(key);
    if (!member) members.set(key, (member = { field, sets: [] }));
    if (node.selectionSet) member.sets.push(node.selectionSet);
  };

  /** The type that a fragment is on. */
  const narrowed = (type: Composite, name: string | undefined): Composite => {
    const condition = name === undefined ? undefined : schemas.types.get(name);
    return condition?.kind === 'OBJECT' || condition?.kind === 'INTERFACE' ? condition : type;
  };

  const fieldSchema = (text: TypeText, sets: readonly SelectionSetNode[], depth: number): Schema => {
    const nonNull = text.endsWith('!');
    const bare = nonNull ? text.slice(0, -1) : text;
    if (bare.startsWith('['))
      return { type: 'array', nullable: !nonNull, items: fieldSchema(bare.slice(1, -1), sets, depth) };
    const type = schemas.types.get(bare);
    if (type?.kind !== 'OBJECT' && type?.kind !== 'INTERFACE') return schemas.of(text);
    const members = depth < MAX_DEPTH ? properties(type, sets, depth + 1) : {};
    return {
      title: type.name,
      type: 'object',
      ...(type.description !== null && { description: type.description }),
      nullable: !nonNull,
      ...(Object.keys(members).length > 0 && { properties: members }),
    };
  };

  return properties(root, [operation.node.selectionSet], 1);
}
