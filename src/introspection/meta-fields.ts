// The fields of `__Schema`, `__Type`, `__Field` and the others -> their values, read off a role's types.
// Specification, section 4.2. Nothing here is deprecated, so `includeDeprecated` changes nothing.

import { must } from '../util/assert.ts';
import type { DirectiveDef } from './graphql-types.ts';
import { DIRECTIVES, INTROSPECTION_TYPES } from './graphql-types.ts';
import { MUTATION_ROOT } from './mutation-root.ts';
import type { RoleTypes } from './role-types.ts';
import { QUERY_ROOT, SUBSCRIPTION_ROOT } from './role-types.ts';
import type { EnumValueDef, FieldDef, InputValueDef, TypeDef, TypeText } from './types.ts';

/**
 * A field's value: null, a scalar, or what the fields of its type are read from (a list of those for a list). A
 * `__Type` is its text.
 */
export type MetaResolver = (source: unknown, types: RoleTypes) => unknown;

interface MetaField {
  /** Name of its type, wrappers removed. */
  readonly typeName: string;
  readonly isList: boolean;
  readonly isLeaf: boolean;
  readonly resolve: MetaResolver;
}

/** Field names of an introspection type; undefined for other types. */
export function metaFields(typeName: string): ReadonlyMap<string, MetaField> | undefined {
  return META_FIELDS.get(typeName);
}

type ResolversOf<Source> = Readonly<Record<string, (source: Source, types: RoleTypes) => unknown>>;

const SCHEMA: ResolversOf<RoleTypes> = {
  description: () => null,
  types: (types) => types.names,
  queryType: () => QUERY_ROOT,
  mutationType: (types) => (types.get(MUTATION_ROOT) ? MUTATION_ROOT : null),
  subscriptionType: (types) => (types.get(SUBSCRIPTION_ROOT) ? SUBSCRIPTION_ROOT : null),
  directives: () => DIRECTIVES,
};

const TYPE: ResolversOf<TypeText> = {
  kind: (text, types) =>
    text.endsWith('!') ? 'NON_NULL' : text.startsWith('[') ? 'LIST' : named(text, types)?.kind,
  name: (text, types) => named(text, types)?.name ?? null,
  description: (text, types) => named(text, types)?.description ?? null,
  specifiedByURL: () => null,
  fields: (text, types) => (of('OBJECT', text, types) ?? of('INTERFACE', text, types))?.fields ?? null,
  interfaces: (text, types) => {
    const object = of('OBJECT', text, types);
    return object ? (object.interfaces ?? []) : of('INTERFACE', text, types) ? [] : null;
  },
  possibleTypes: (text, types) => of('INTERFACE', text, types)?.possibleTypes ?? null,
  enumValues: (text, types) => of('ENUM', text, types)?.values ?? null,
  inputFields: (text, types) => of('INPUT_OBJECT', text, types)?.inputFields ?? null,
  ofType: (text) =>
    text.endsWith('!') ? text.slice(0, -1) : text.startsWith('[') ? text.slice(1, -1) : null,
  isOneOf: (text, types) => (of('INPUT_OBJECT', text, types) ? false : null),
};

const NOT_DEPRECATED = { isDeprecated: () => false, deprecationReason: () => null };

const FIELD: ResolversOf<FieldDef> = {
  name: (field) => field.name,
  description: (field) => field.description,
  args: (field) => field.args,
  type: (field) => field.type,
  ...NOT_DEPRECATED,
};

const INPUT_VALUE: ResolversOf<InputValueDef> = {
  name: (input) => input.name,
  description: (input) => input.description,
  type: (input) => input.type,
  defaultValue: (input) => input.defaultValue,
  ...NOT_DEPRECATED,
};

const ENUM_VALUE: ResolversOf<EnumValueDef> = {
  name: (value) => value.name,
  description: (value) => value.description,
  ...NOT_DEPRECATED,
};

const DIRECTIVE: ResolversOf<DirectiveDef> = {
  name: (directive) => directive.name,
  description: (directive) => directive.description,
  isRepeatable: (directive) => directive.isRepeatable,
  locations: (directive) => directive.locations,
  args: (directive) => directive.args,
  ...NOT_DEPRECATED,
};

const RESOLVERS = {
  __Schema: SCHEMA,
  __Type: TYPE,
  __Field: FIELD,
  __InputValue: INPUT_VALUE,
  __EnumValue: ENUM_VALUE,
  __Directive: DIRECTIVE,
} as unknown as Readonly<Record<string, Readonly<Record<string, MetaResolver>>>>;

const META_FIELDS: ReadonlyMap<string, ReadonlyMap<string, MetaField>> = new Map(
  INTROSPECTION_TYPES.flatMap((def) => {
    if (def.kind !== 'OBJECT') return [];
    const resolvers = must(RESOLVERS[def.name], `resolvers for ${def.name}`);
    return [[def.name, new Map(def.fields.map((field) => [field.name, metaField(field, resolvers)]))]];
  }),
);

function metaField(field: FieldDef, resolvers: Readonly<Record<string, MetaResolver>>): MetaField {
  const typeName = field.type.replace(/[[\]!]/g, '');
  return {
    typeName,
    isList: field.type.startsWith('['),
    isLeaf: !Object.hasOwn(RESOLVERS, typeName),
    resolve: must(resolvers[field.name], `a resolver for ${field.name}`),
  };
}

/** The definition behind a text without wrappers. */
function named(text: TypeText, types: RoleTypes): TypeDef | undefined {
  return text.endsWith('!') || text.startsWith('[')
    ? undefined
    : must(types.get(text), `a type named ${text}`);
}

function of<K extends TypeDef['kind']>(
  kind: K,
  text: TypeText,
  types: RoleTypes,
): Extract<TypeDef, { kind: K }> | undefined {
  const def = named(text, types);
  return def?.kind === kind ? (def as Extract<TypeDef, { kind: K }>) : undefined;
}
