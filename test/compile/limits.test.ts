// What of the metadata's limits counts.

import { describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { compile } from '../../src/compile/compile.ts';
import type { ApiLimits } from '../../src/metadata/section-types.ts';
import { metadataOf } from '../support/stages.ts';

const header = (limits: ApiLimits | undefined, disabledFor?: readonly string[]) =>
  openArtifact(
    encodeArtifact(
      compile(
        metadataOf(
          {},
          {
            ...(limits && { api_limits: limits }),
            ...(disabledFor && { graphql_schema_introspection: { disabled_for_roles: disabledFor } }),
          },
        ),
        new Map(),
      ),
    ),
  ).header;

describe('limits', () => {
  it.each<[string, ApiLimits | undefined, unknown]>([
    ['none', undefined, undefined],
    ['empty ones', {}, undefined],
    ['those that are off', { disabled: true, depth_limit: { global: 1 } }, undefined],
    ['one that is off', { depth_limit: { global: 1, state: 'disabled' } }, undefined],
    ['one without a number', { depth_limit: { per_role: {} } }, undefined],
    [
      'those that are on',
      {
        disabled: false,
        depth_limit: { global: 1, state: 'enabled' },
        time_limit: { per_role: { b: 2, a: 0.5 } },
      },
      { depth: { global: 1 }, time: { roles: { a: 0.5, b: 2 } } },
    ],
    [
      'of rates',
      {
        rate_limit: {
          global: { max_reqs_per_min: 1 },
          per_role: {
            a: { max_reqs_per_min: 2, unique_params: 'ip' },
            b: { max_reqs_per_min: 3, unique_params: ['X-Hasura-B', 'x-hasura-a', 'x-hasura-b'] },
            c: { max_reqs_per_min: 4, unique_params: [] },
          },
        },
      },
      {
        rate: {
          global: { perMinute: 1, by: 'role' },
          roles: {
            a: { perMinute: 2, by: 'address' },
            b: { perMinute: 3, by: ['x-hasura-a', 'x-hasura-b'] },
            c: { perMinute: 4, by: 'role' },
          },
        },
      },
    ],
  ])('%s', (_, limits, expected) => {
    expect(header(limits).limits).toEqual(expected);
  });
});

describe('roles without introspection', () => {
  it('are told sorted, each once', () => {
    expect(header(undefined, ['b', 'a', 'b']).noIntrospection).toEqual(['a', 'b']);
    expect(header(undefined, []).noIntrospection).toBeUndefined();
    expect(header(undefined).noIntrospection).toBeUndefined();
  });
});
