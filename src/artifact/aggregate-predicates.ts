// The aggregates that filters may compare, `articles_aggregate: {count: {predicate: {_gt: 3}}}`, and the columns of a
// table that each can be applied to. Introspection and planning both ask here.

import type { RoleView, TableView } from './decode.ts';
import type { ColumnField, ScalarType } from './types.ts';

const scalar = (name: string, graphql: string): ScalarType => ({
  pg: { schema: 'pg_catalog', name },
  array: false,
  kind: 'base',
  graphql,
});

const INT = scalar('int4', 'Int');
const FLOAT8 = scalar('float8', 'float8');
const BOOLEAN = scalar('bool', 'Boolean');

export interface AggregatePredicate {
  /** `count`, `bool_and`, …: as in Hasura, of one spelling in every naming convention. */
  readonly fn: string;
  /** Rows, or those in which columns are not null; one column; two, called X and Y. */
  readonly takes: 'rows' | 'column' | 'pair';
  /** What it is compared as. */
  readonly returns: ScalarType;
}

/** Hasura's, by name. All but `count` take columns of exactly the type they return. */
const AGGREGATE_PREDICATES: readonly AggregatePredicate[] = [
  { fn: 'avg', takes: 'column', returns: FLOAT8 },
  { fn: 'bool_and', takes: 'column', returns: BOOLEAN },
  { fn: 'bool_or', takes: 'column', returns: BOOLEAN },
  { fn: 'corr', takes: 'pair', returns: FLOAT8 },
  { fn: 'count', takes: 'rows', returns: INT },
  { fn: 'covar_samp', takes: 'pair', returns: FLOAT8 },
  { fn: 'max', takes: 'column', returns: FLOAT8 },
  { fn: 'min', takes: 'column', returns: FLOAT8 },
  { fn: 'stddev_samp', takes: 'column', returns: FLOAT8 },
  { fn: 'sum', takes: 'column', returns: FLOAT8 },
  { fn: 'var_samp', takes: 'column', returns: FLOAT8 },
];

export interface PredicateOfTable {
  readonly predicate: AggregatePredicate;
  /** Never empty. */
  readonly columns: readonly ColumnField[];
}

/** The members of `<table>_aggregate_bool_exp`: none where the role may not aggregate, or sees no column. */
export function aggregatePredicatesOf(role: RoleView, table: TableView): readonly PredicateOfTable[] {
  if (!table.features.aggregatePredicates || !table.allowAggregations) return [];
  const columns = table.fields.filter((field) => field.kind === 'column');
  return AGGREGATE_PREDICATES.flatMap((predicate) => {
    const suitable =
      predicate.takes === 'rows'
        ? columns
        : columns.filter((column) => isSame(role.type(column.type), predicate.returns));
    return suitable.length > 0 ? [{ predicate, columns: suitable }] : [];
  });
}

function isSame(type: ScalarType, { pg }: ScalarType): boolean {
  return !type.array && type.pg.schema === pg.schema && type.pg.name === pg.name;
}
