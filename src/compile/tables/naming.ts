// A source's customization and the default of the deployment -> how its types, root fields and columns are called.

import { lowerFirst, snakeToPascal, upperFirst } from '../../artifact/casing.ts';
import { fieldWord, type SourceNaming } from '../../artifact/type-names.ts';
import type { QualifiedName } from '../../catalog/types.ts';
import type { SourceCustomization } from '../../metadata/types.ts';
import { refuse } from '../inconsistency.ts';
import type { CompileOptions } from '../options.ts';
import { defaultGraphQLName, invalidNameReason, isGraphQLName } from './names.ts';

/** The naming of a source, root fields included. */
export interface RootNaming extends SourceNaming {
  /** Around every root field, custom names included; empty for none. */
  readonly rootPrefix: string;
  readonly rootSuffix: string;
  /** The field all root fields stand below. */
  readonly namespace: string | null;
}

/**
 * Reads a source's customization.
 * @throws a refusal for a namespace, prefix or suffix that is no name in GraphQL, as Hasura wants it.
 */
export function sourceNaming(
  customization: SourceCustomization | undefined,
  options: CompileOptions,
): RootNaming {
  const { root_fields: roots, type_names: types, naming_convention: own } = customization ?? {};
  const namespace = roots?.namespace ?? null;
  for (const name of [namespace, roots?.prefix, roots?.suffix, types?.prefix, types?.suffix]) {
    if (name != null && !isGraphQLName(name)) refuse(invalidNameReason(name));
  }
  return {
    convention: options.namingConventions ? (own ?? options.defaultNamingConvention) : 'hasura-default',
    typePrefix: types?.prefix ?? '',
    typeSuffix: types?.suffix ?? '',
    rootPrefix: roots?.prefix ?? '',
    rootSuffix: roots?.suffix ?? '',
    namespace,
  };
}

/** What the names of a table's or function's types and root fields are made from. */
export interface BaseName {
  /** In the source's convention, as a type begins with it. */
  readonly text: string;
  /** Custom names stay letter by letter what they are, wherever they stand in a name. */
  readonly custom: boolean;
}

/** `custom_name`, else the name in the database: `author_local`, `AuthorLocal`, `sales_orders`. */
export function baseNameOf(
  naming: SourceNaming,
  object: QualifiedName,
  customName: string | null | undefined,
): BaseName {
  if (customName != null) return { text: customName, custom: true };
  const name = defaultGraphQLName(object);
  return { text: naming.convention === 'graphql-default' ? snakeToPascal(name) : name, custom: false };
}

/** Words around a table's name in the name of a root field. */
export interface RootFieldWords {
  /** `insert`, `update`, `delete`. */
  readonly before?: string;
  /** `by_pk`, `aggregate`, `one`, … */
  readonly after?: string;
}

/**
 * A root field's name: `author_local_by_pk`, `insertAuthorLocalOne`, with the source's prefix and suffix around it,
 * which a custom name gets as well.
 * @throws a refusal for a name GraphQL does not allow.
 */
export function rootFieldName(
  naming: RootNaming,
  base: BaseName,
  words: RootFieldWords,
  custom?: string | null,
): string {
  const name = rootFieldAffixed(naming, custom ?? defaultRootField(naming, base, words));
  if (!isGraphQLName(name)) refuse(invalidNameReason(custom ?? name));
  return name;
}

function defaultRootField(naming: RootNaming, { text, custom }: BaseName, words: RootFieldWords): string {
  const { before, after } = words;
  if (naming.convention === 'hasura-default') return [before, text, after].filter(Boolean).join('_');
  const first = before ?? (custom ? text : lowerFirst(text));
  return first + (before === undefined ? '' : text) + (after === undefined ? '' : snakeToPascal(after));
}

/** As Hasura: behind a prefix, a name of `graphql-default` begins with a capital letter. */
function rootFieldAffixed({ convention, rootPrefix, rootSuffix }: RootNaming, name: string): string {
  const inner = convention === 'graphql-default' && rootPrefix !== '' ? upperFirst(name) : name;
  return rootPrefix + inner + rootSuffix;
}

/** The name of a column's field without a custom one: `author_id`, `authorId`. */
export function columnFieldName({ convention }: SourceNaming, column: string): string {
  const name = fieldWord(convention, column);
  return isGraphQLName(name) ? name : column;
}
