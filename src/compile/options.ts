// What beside metadata and catalogs decides how an artifact comes out: settings of the deployment.

export interface CompileOptions {
  /** `HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION`, where the experimental feature `naming_convention` is on. */
  readonly defaultNamingConvention: 'hasura-default' | 'graphql-default';
  /** Whether a source's own `naming_convention` counts: the experimental feature `naming_convention` is on. */
  readonly namingConventions: boolean;
  /** `HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS`: who may select from a table may call the functions that return it. */
  readonly inferFunctionPermissions: boolean;
  /** There are no fields `update_<table>_many`: the experimental feature `hide_update_many_fields` is on. */
  readonly hideUpdateMany: boolean;
  /** Subscriptions have no streams: the experimental feature `hide_stream_fields` is on. */
  readonly hideStreams: boolean;
  /** Filters have no `<relationship>_aggregate`: the experimental feature `hide_aggregation_predicates` is on. */
  readonly hideAggregatePredicates: boolean;
  /** Aggregates have `group_by`: the experimental feature `group_by_aggregations` is on. */
  readonly groupBy: boolean;
  /** Arrays are scalars such as `_text`: the experimental feature `disable_postgres_arrays` is on. */
  readonly arraysAsScalars: boolean;
  /** Native queries that the database does not take are inconsistent: not `HASURA_GRAPHQL_DISABLE_NATIVE_QUERY_VALIDATION`. */
  readonly validateNativeQueries: boolean;
}

/** The options of a deployment that sets none. */
export const DEFAULT_COMPILE_OPTIONS: CompileOptions = {
  defaultNamingConvention: 'hasura-default',
  namingConventions: false,
  inferFunctionPermissions: true,
  hideUpdateMany: false,
  hideStreams: false,
  hideAggregatePredicates: false,
  groupBy: false,
  arraysAsScalars: false,
  validateNativeQueries: true,
};
