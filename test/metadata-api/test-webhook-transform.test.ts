// `test_webhook_transform`: what a call would be, and what is wrong with a transform.

import { describe, expect, test } from 'vitest';

import { HedgeError } from '../../src/error/hedge-error.ts';
import { reduce } from '../../src/metadata-api/reduce.ts';
import { testWebhookTransform } from '../../src/metadata-api/test-webhook-transform.ts';
import { ARGS, BLOG, BLOG_CATALOG } from './commands/cases.ts';

function preview(args: object): unknown {
  return testWebhookTransform({ type: 'test_webhook_transform', version: 1, args, path: ARGS });
}

function refusal(args: object): unknown {
  try {
    preview(args);
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    const { code, path, message, internal } = error;
    return JSON.parse(JSON.stringify({ code, path, message, internal }));
  }
  return null;
}

const CALL = { webhook_url: 'http://localhost:1234', body: { hello: 'world' } };
const BODY = { action: 'transform', template: '{{ $body.hello }}' };

test('shows the call', () => {
  const shown = preview({
    webhook_url: '{{BASE}}/in',
    env: { BASE: 'http://localhost:1234', TOKEN: 'mock' },
    body: { hello: 'world' },
    session_variables: { 'x-hasura-user-id': '7' },
    request_headers: [
      ['Authorization', 'Bearer {{TOKEN}}'],
      ['User-Agent', 'x'],
    ],
    request_transform: {
      version: 2,
      template_engine: 'Kriti',
      method: 'PUT',
      url: '{{$base_url}}/{{$body.hello}}',
      body: {
        action: 'transform',
        template: '{"is": {{ $body.hello }}, "by": {{ $session_variables["x-hasura-user-id"] }}}',
      },
      query_params: { foo: 'bar', none: null },
      request_headers: { add_headers: { 'x-hello': '{{$body.hello}}' }, remove_headers: ['user-agent'] },
    },
  });
  expect(shown).toEqual({
    webhook_url: 'http://localhost:1234/in/world?foo=bar&none',
    method: 'PUT',
    headers: [
      ['authorization', 'Bearer mock'],
      ['x-hello', 'world'],
    ],
    body: { is: 'world', by: '7' },
  });
});

test.each([
  [{ body: { action: 'remove' }, version: 2 }, null],
  [
    { body: { action: 'x_www_form_urlencoded', form_template: { a: '{{$body.hello}}' } }, version: 2 },
    'a=world',
  ],
  [{ body: '{{ $body.hello }}', version: 1 }, 'world'],
  [{}, { hello: 'world' }],
])('shows the body of %j', (transform, body) => {
  expect(preview({ ...CALL, request_transform: transform })).toEqual({
    webhook_url: 'http://localhost:1234/',
    method: 'GET',
    headers: [],
    body,
  });
});

test('takes the address from a variable of the command', () => {
  const args = {
    ...CALL,
    webhook_url: { from_env: 'HOOK' },
    env: { HOOK: 'http://a/' },
    request_transform: {},
  };
  expect(preview(args)).toMatchObject({ webhook_url: 'http://a/' });
});

describe('refuses', () => {
  const position = { start_line: 0, start_column: 14, end_line: 0, end_column: 15 };
  const broken = { body: { action: 'transform', template: '$body.hello }}' } };

  test.each<readonly [string, object, object]>([
    [
      'a request template that cannot be parsed',
      { ...CALL, request_transform: broken },
      {
        code: 'validation-failed',
        message: 'request transform validation failed',
        internal: [
          { error_code: 'Parse Error', message: "Unexpected token '}'.", source_position: position },
        ],
      },
    ],
    [
      'a response template that cannot be parsed',
      { ...CALL, request_transform: { body: BODY }, response_transform: broken },
      {
        code: 'validation-failed',
        message: 'response transform validation failed',
        internal: [
          { error_code: 'Parse Error', message: "Unexpected token '}'.", source_position: position },
        ],
      },
    ],
    [
      'a template without a value',
      { ...CALL, request_transform: { body: { action: 'transform', template: '{{ $body.world }}' } } },
      {
        code: 'validation-failed',
        message: 'request transform validation failed',
        internal: [
          {
            error_code: 'Attribute Error',
            message: "'Object' has no attritubte 'world'.",
            source_position: { start_line: 0, start_column: 4, end_line: 0, end_column: 15 },
          },
        ],
      },
    ],
    [
      'an address that is none',
      { ...CALL, webhook_url: 'nothing', request_transform: {} },
      {
        code: 'validation-failed',
        message: 'request transform validation failed',
        internal: [
          {
            error_code: 'Request Initialization Error',
            message: 'InvalidUrlException "nothing" "Invalid URL"',
          },
        ],
      },
    ],
    [
      "an address in a variable that is not the command's",
      { ...CALL, webhook_url: { from_env: 'constructor' }, request_transform: {} },
      { code: 'not-found', message: 'Missing Env Var' },
    ],
    ['no transform at all', CALL, { code: 'parse-failed', message: 'key "request_transform" not found' }],
  ])('%s', (_, args, error) => {
    expect(refusal(args)).toEqual({ path: '$.args', ...error });
  });

  test("a variable that is not the command's, whatever the deployment has", () => {
    expect(
      refusal({ ...CALL, webhook_url: 'http://{{HASURA_GRAPHQL_ADMIN_SECRET}}', request_transform: {} }),
    ).toMatchObject({
      code: 'not-found',
      path: '$.args',
      message: expect.stringMatching(/^Missing Env Var: HASURA_GRAPHQL_ADMIN_SECRET\. For security reasons/),
    });
  });

  test.each([
    [{ request_headers: [['a']] }, '$.args.request_headers[0]'],
    [{ request_transform: { body: { action: 'other' } } }, '$.args.request_transform.body.action'],
    [{ request_transform: { version: 3 } }, '$.args.request_transform.version'],
    [{ session_variables: { a: 1 } }, '$.args.session_variables.a'],
  ])('args of another form: %j', (args, path) => {
    expect(refusal({ ...CALL, request_transform: {}, ...args })).toMatchObject({
      code: 'parse-failed',
      path,
    });
  });
});

test('an event trigger with a template that cannot be parsed is refused in the same words', () => {
  const trigger = {
    name: 'changed',
    table: 'author',
    webhook: 'https://example.com',
    insert: { columns: '*' },
    request_transform: { url: '{{$base_url', body: '{' },
  };
  const create = (): unknown =>
    reduce(
      BLOG,
      { type: 'pg_create_event_trigger', version: 1, args: trigger, path: ARGS },
      { catalogs: new Map([['default', BLOG_CATALOG]]), defaultSource: null },
    );
  expect(create).toThrow(
    expect.objectContaining({
      code: 'validation-failed',
      message: 'request transform validation failed',
      path: '$.args',
      internal: [
        expect.objectContaining({ message: "Unexpected token '\"'." }),
        expect.objectContaining({ message: 'ParseError: Empty token stream.' }),
      ],
    }),
  );
});
