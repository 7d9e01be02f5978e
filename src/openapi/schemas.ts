// A GraphQL type as it is referred to -> its JSON schema. Scalars of Postgres, enums and input types become components
// of the document, each once as nullable and once as not.

import type { TypeLookup } from '../introspection/role-types.ts';
import type { TypeDef, TypeText } from '../introspection/types.ts';
import { unreachable } from '../util/assert.ts';
import { OWN_SCALARS, scalarShape } from './scalars.ts';
import type { Described, Schema } from './types.ts';

/** A whole document may have so many components: a variable for a filter brings along the filters of all tables. */
const MAX_COMPONENTS = 5_000;

/** Makes schemas, and keeps the components they refer to. */
export interface Schemas {
  readonly types: TypeLookup;
  /** Of a scalar, an enum, an input type, or lists of them. */
  of(type: TypeText): Schema;
  /** A scalar or an enum as a text of a URL; undefined for what no such text can be. */
  ofText(type: TypeText): Described | undefined;
  /** Every component that was referred to, sorted by name. */
  components(): Readonly<Record<string, Schema>>;
}

type Leaf = Extract<TypeDef, { kind: 'SCALAR' | 'ENUM' | 'INPUT_OBJECT' }>;

/** Schemas of the types of a role. */
export function createSchemas(types: TypeLookup, stringifyNumericTypes: boolean): Schemas {
  /** Made when all are asked for: input types refer to each other in circles and long chains. */
  const components = new Map<string, () => Schema>();

  const of = (text: TypeText): Schema => {
    const nonNull = text.endsWith('!');
    const bare = nonNull ? text.slice(0, -1) : text;
    if (bare.startsWith('[')) return { type: 'array', nullable: !nonNull, items: of(bare.slice(1, -1)) };
    const type = types.get(bare);
    const named = { title: bare, nullable: !nonNull };
    switch (type?.kind) {
      // Not there, or not for input: the operation is wrong, which is said elsewhere.
      case undefined:
      case 'OBJECT':
      case 'INTERFACE':
        return named;
      case 'SCALAR':
      case 'ENUM':
      case 'INPUT_OBJECT': {
        const own = OWN_SCALARS.get(bare);
        if (own) return { ...named, ...own };
        if (!components.has(text)) {
          if (components.size >= MAX_COMPONENTS) return named;
          components.set(text, () => ({ ...named, ...body(type, !nonNull) }));
        }
        return { $ref: `#/components/schemas/${text}` };
      }
      default:
        return unreachable(type);
    }
  };

  const body = (type: Leaf, nullable: boolean): Described => {
    const description = type.description === null ? {} : { description: type.description };
    switch (type.kind) {
      case 'SCALAR':
        return { ...scalarShape(type.name, stringifyNumericTypes), ...description };
      case 'ENUM': {
        const values = type.values.map(({ name }) => name);
        return { type: 'string', ...description, enum: nullable ? [...values, null] : values };
      }
      case 'INPUT_OBJECT': {
        const properties = Object.fromEntries(type.inputFields.map((field) => [field.name, of(field.type)]));
        return { type: 'object', ...description, properties };
      }
      default:
        return unreachable(type);
    }
  };

  return {
    types,
    of,
    ofText(text) {
      if (text.startsWith('[')) return undefined;
      const name = text.replace('!', '');
      const type = types.get(name);
      if (type?.kind !== 'SCALAR' && type?.kind !== 'ENUM') return undefined;
      if (type.kind === 'ENUM') return { type: 'string', enum: type.values.map((value) => value.name) };
      // A pattern would refuse the upper case and the versions that Postgres takes.
      if (name === 'uuid') return { type: 'string', format: 'uuid' };
      const shape = scalarShape(name, false);
      return shape.type === undefined || shape.type === 'object' ? { type: 'string' } : shape;
    },
    components() {
      // A Map's walk reaches what is added on the way.
      const made = [...mapped(components)];
      return Object.fromEntries(made.sort(([a], [b]) => (a < b ? -1 : 1)));
    },
  };
}

function* mapped(components: ReadonlyMap<string, () => Schema>): Generator<[string, Schema]> {
  for (const [name, make] of components) yield [name, make()];
}
