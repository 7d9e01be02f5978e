// The args of the commands about API limits and the introspection of the schema.

import type { ApiLimits, IntrospectionOptions, Limit, RateLimit } from '../../metadata/section-types.ts';
import {
  bool,
  dictionary,
  failParse,
  int,
  list,
  nonEmptyText,
  number,
  object,
  type Parser,
  record,
} from './parse.ts';

/** A limit of 0 lets nothing through; one below is a mistake. */
function fromZero(parser: Parser<number>): Parser<number> {
  return (value, path) => {
    const read = parser(value, path);
    return read >= 0 ? read : failParse('a limit cannot be negative', path);
  };
}

function limit<T>(value: Parser<T>): Parser<Limit<T>> {
  return object('Limit', (fields) => {
    const global = fields.optional('global', value);
    const perRole = fields.optional('per_role', dictionary(value));
    return {
      ...(global !== undefined && { global }),
      ...(perRole !== undefined && { per_role: perRole }),
    };
  });
}

const UNIQUE_PARAMS = "Not a valid value. Should be either: 'IP' or a list of Session variables";

const uniqueParams: Parser<'IP' | readonly string[]> = (value, path) => {
  if (typeof value === 'string' && value.toLowerCase() === 'ip') return 'IP';
  const isList =
    Array.isArray(value) &&
    value.every((name): name is string => typeof name === 'string' && /^x-hasura-/i.test(name));
  return isList ? value.map((name) => name.toLowerCase()) : failParse(UNIQUE_PARAMS, path);
};

const rateLimit: Parser<RateLimit> = record(
  'Hasura.RQL.Types.ApiLimit.RateLimitConfig(RateLimitConfig)',
  (fields) => {
    const perMinute = fields.required('max_reqs_per_min', fromZero(int));
    const params = fields.optional('unique_params', uniqueParams);
    return { max_reqs_per_min: perMinute, ...(params !== undefined && { unique_params: params }) };
  },
);

export const setApiLimitsArgs: Parser<ApiLimits> = object('ApiLimit', (fields) => {
  const limits = {
    disabled: fields.optional('disabled', bool),
    rate_limit: fields.optional('rate_limit', limit(rateLimit)),
    depth_limit: fields.optional('depth_limit', limit(fromZero(int))),
    node_limit: fields.optional('node_limit', limit(fromZero(int))),
    time_limit: fields.optional('time_limit', limit(fromZero(number))),
    batch_limit: fields.optional('batch_limit', limit(fromZero(int))),
  };
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ApiLimits;
});

export const introspectionOptionsArgs: Parser<IntrospectionOptions> = record(
  'Hasura.RQL.Types.GraphqlSchemaIntrospection.SetGraphqlIntrospectionOptions(SetGraphqlIntrospectionOptions)',
  (fields) => ({
    disabled_for_roles: [...new Set(fields.required('disabled_for_roles', list(nonEmptyText)))],
  }),
);
