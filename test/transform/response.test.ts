// A response transform and the answer of a webhook -> the answer's body as it is to be read.

import { expect, test } from 'vitest';

import type { BodyTransform } from '../../src/metadata/webhook-types.ts';
import { TransformError } from '../../src/transform/error.ts';
import { compileResponseTransform, transformResponse } from '../../src/transform/response.ts';

const EXCHANGE = {
  request: { method: 'POST', url: 'https://example.com/?a=1', headers: [], body: { input: { id: 1 } } },
  response: { status: 201, body: { result: [{ id: 5 }] } },
};

function transformed(body: BodyTransform | undefined): unknown {
  const transform = compileResponseTransform(body === undefined ? {} : { body });
  return transformResponse(transform, EXCHANGE, { 'x-hasura-role': 'user' });
}

test.each<readonly [BodyTransform | undefined, unknown]>([
  [undefined, { result: [{ id: 5 }] }],
  ['{"first": {{ $body.result[0].id }}}', { first: 5 }],
  [{ action: 'transform', template: '{{ $response.status }}' }, 201],
  [
    {
      action: 'transform',
      template: '{{ if $response.status > 299 }} {"message": "no"} {{ else }} {{ $body }} {{ end }}',
    },
    { result: [{ id: 5 }] },
  ],
  [
    { action: 'transform', template: '{{ $request }}' },
    {
      body: { input: { id: 1 } },
      base_url: 'https://example.com/?a=1',
      session_variables: { 'x-hasura-role': 'user' },
      query_params: [['a', '1']],
    },
  ],
  [{ action: 'transform', template: "{{ $session_variables['x-hasura-role'] }}" }, 'user'],
  [{ action: 'transform', template: '{{ getSessionVariable("X-Hasura-Role") }}' }, 'user'],
  [{ action: 'remove' }, null],
  [{ action: 'x_www_form_urlencoded', form_template: { id: '{{$body.result[0].id}}' } }, 'id=5'],
])('%j', (body, expected) => {
  expect(transformed(body)).toEqual(expected);
});

test('what fails is told as Hasura tells it', () => {
  try {
    transformed('{{ $body.unread }}');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(TransformError);
    expect(JSON.parse(JSON.stringify((error as TransformError).problems))).toEqual([
      {
        error_code: 'Attribute Error',
        message: "'Object' has no attritubte 'unread'.",
        source_position: { start_line: 0, start_column: 4, end_line: 0, end_column: 16 },
      },
    ]);
  }
});
