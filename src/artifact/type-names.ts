// A source's naming + a table's base name -> the names of every type made from the table, and of the fields and
// arguments whose words the API chooses itself. Nothing else puts such a name together.

import type { NamingConvention } from '../metadata/types.ts';
import { lowerFirst, snakeToCamel, snakeToPascal, upperFirst } from './casing.ts';
import type { RowsOf, ScalarType } from './types.ts';

/** How a source names its types. */
export interface SourceNaming {
  readonly convention: NamingConvention;
  /** Around every type made from the source; empty for none. Scalars, their comparisons and `order_by` have none. */
  readonly typePrefix: string;
  readonly typeSuffix: string;
}

/** Hasura's names with nothing around them. */
export const DEFAULT_NAMING: SourceNaming = {
  convention: 'hasura-default',
  typePrefix: '',
  typeSuffix: '',
};

/** What follows a table's name in the name of a type, in Hasura's own spelling. */
export type TableTypeKind =
  | 'aggregate'
  | 'aggregate_fields'
  | 'aggregate_order_by'
  | 'aggregate_bool_exp'
  | 'group_by'
  | 'group_by_key'
  | 'group_by_key_fields'
  | 'bool_exp'
  | 'order_by'
  | 'select_column'
  | 'update_column'
  | 'constraint'
  | 'enum'
  | 'insert_input'
  | 'obj_rel_insert_input'
  | 'arr_rel_insert_input'
  | 'on_conflict'
  | 'mutation_response'
  | 'pk_columns_input'
  | 'set_input'
  | 'inc_input'
  | 'append_input'
  | 'prepend_input'
  | 'delete_key_input'
  | 'delete_elem_input'
  | 'delete_at_path_input'
  | 'updates'
  | 'stream_cursor_input'
  | 'stream_cursor_value_input'
  /** Of an aggregate function: `sum_fields`, `stddev_pop_order_by`. */
  | `${string}_fields`
  | `${string}_order_by`;

/** The object type of a table: `author_local`, `tpref_author_local_tsuff`. `base` is in the source's convention. */
export function tableTypeName(naming: SourceNaming, base: string): string {
  return affixed(naming, base);
}

/** A type made from a table: `author_local_bool_exp`, `AuthorLocalBoolExp`, `tpref_author_local_bool_exp_tsuff`. */
export function derivedTypeName(naming: SourceNaming, base: string, kind: TableTypeKind): string {
  return affixed(
    naming,
    naming.convention === 'graphql-default' ? base + snakeToPascal(kind) : `${base}_${kind}`,
  );
}

/**
 * The same for whatever rows: those of a logical model have Hasura's name for the enum of their columns, which follows no
 * convention and has no affixes.
 */
export function rowsTypeName(
  naming: SourceNaming,
  { baseName, rowsOf }: { readonly baseName: string; readonly rowsOf: RowsOf | undefined },
  kind: TableTypeKind,
): string {
  if (rowsOf?.kind === 'logical_model' && kind === 'select_column') return `${baseName}_enum_name`;
  return derivedTypeName(naming, baseName, kind);
}

/** The input type of a native query's arguments: `search_articles_arguments`, whatever the convention. */
export function nativeQueryArgsTypeName(name: string): string {
  return `${name}_arguments`;
}

/**
 * The types of an aggregate's predicate in filters: `author_aggregate_bool_exp_bool_and`, of its columns' arguments
 * `author_select_column_author_aggregate_bool_exp_bool_and_arguments_columns`, of two arguments together
 * `author_aggregate_bool_exp_corr_arguments`. As in Hasura, the convention `graphql-default` begins two of them with a
 * small letter and keeps the function's name as it is: `authorAggregateBoolExpBool_and`.
 */
export function aggregatePredicateTypeName(
  naming: SourceNaming,
  base: string,
  fn: string,
  kind: 'predicate' | 'arguments' | 'columns',
): string {
  if (naming.convention === 'hasura-default') {
    const predicate = `${base}_aggregate_bool_exp_${fn}`;
    if (kind === 'predicate') return affixed(naming, predicate);
    if (kind === 'arguments') return affixed(naming, `${predicate}_arguments`);
    return affixed(naming, `${base}_select_column_${predicate}_arguments_columns`);
  }
  const predicate = `AggregateBoolExp${upperFirst(fn)}`;
  if (kind === 'predicate') return affixed(naming, `${lowerFirst(base)}${predicate}`);
  if (kind === 'arguments') return affixed(naming, `${lowerFirst(base)}${predicate}Arguments`);
  return affixed(naming, `${base}SelectColumn${upperFirst(base)}${predicate}ArgumentsColumns`);
}

/** The Relay API's types of a table: `authorConnection`, `authorEdge`. */
export function relayTypeName(naming: SourceNaming, base: string, kind: 'Connection' | 'Edge'): string {
  return affixed(naming, base + kind);
}

/** The input type of a computed field's arguments: `full_name_author_args`. */
export function computedFieldArgsTypeName(naming: SourceNaming, field: string, base: string): string {
  return affixed(
    naming,
    naming.convention === 'graphql-default'
      ? `${upperFirst(field)}${upperFirst(base)}Args`
      : `${field}_${base}_args`,
  );
}

/** The input type of a tracked function's arguments: `search_authors_args`. `base` is in the source's convention. */
export function functionArgsTypeName(naming: SourceNaming, base: string): string {
  return affixed(
    naming,
    naming.convention === 'graphql-default' ? `${upperFirst(base)}Args` : `${base}_args`,
  );
}

/** The type of a namespace's field in one of the roots: `my_source_query`. Its words follow no convention. */
export function namespaceTypeName(
  naming: SourceNaming,
  namespace: string,
  root: 'query' | 'mutation_frontend' | 'mutation_backend' | 'subscription',
): string {
  return affixed(naming, `${namespace}_${root}`);
}

/** `Int_comparison_exp`, `String_array_comparison_exp`, `colors_enum_comparison_exp`; `IntComparisonExp`. */
export function comparisonTypeName({ convention }: SourceNaming, type: ScalarType): string {
  return typeWord(convention, `${type.graphql}${type.array ? '_array' : ''}_comparison_exp`);
}

/** `jsonb_cast_exp`, `JsonbCastExp`. */
export function castTypeName({ convention }: SourceNaming, type: ScalarType): string {
  return convention === 'graphql-default' ? `${upperFirst(type.graphql)}CastExp` : `${type.graphql}_cast_exp`;
}

/** A type that stands for no table: `order_by` as `OrderBy`, `cursor_ordering` as `CursorOrdering`. */
export function typeWord(convention: NamingConvention, word: string): string {
  return convention === 'graphql-default' ? snakeToPascal(word) : word;
}

/**
 * A field, argument or operator whose name is a word of the API: `order_by` as `orderBy`, `_is_null` as `_isNull`,
 * `stddev_pop` as `stddevPop`. A column's default name follows the same rule.
 */
export function fieldWord(convention: NamingConvention, word: string): string {
  return convention === 'graphql-default' ? snakeToCamel(word) : word;
}

/** The word of `words` that clients write as `name`. */
export function wordOf<Word extends string>(
  convention: NamingConvention,
  words: readonly Word[],
  name: string,
): Word | undefined {
  return words.find((word) => fieldWord(convention, word) === name);
}

/** A value of an enum: `asc_nulls_last` as `ASC_NULLS_LAST`. */
export function enumWord(convention: NamingConvention, word: string): string {
  return convention === 'graphql-default' ? word.toUpperCase() : word;
}

/** The sibling of a field that gives rows: `articles_aggregate`, `articlesAggregate`. */
export function aggregateFieldName(convention: NamingConvention, field: string): string {
  return convention === 'graphql-default' ? `${lowerFirst(field)}Aggregate` : `${field}_aggregate`;
}

/** The Relay API's sibling of a field that gives rows: `articles_connection`, `articlesConnection`. */
export function connectionFieldName(convention: NamingConvention, field: string): string {
  return convention === 'graphql-default' ? `${lowerFirst(field)}Connection` : `${field}_connection`;
}

/** As Hasura: behind a prefix, a name of `graphql-default` begins with a capital letter; the affixes stay as given. */
function affixed({ convention, typePrefix, typeSuffix }: SourceNaming, name: string): string {
  const inner = convention === 'graphql-default' && typePrefix !== '' ? upperFirst(name) : name;
  return typePrefix + inner + typeSuffix;
}
