// A request transform and a call -> the call as it is to be made.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { RequestTransform } from '../../src/metadata/webhook-types.ts';
import { TransformError } from '../../src/transform/error.ts';
import { fetchHeaders } from '../../src/transform/headers.ts';
import { bodyText, compileRequestTransform, transformRequest } from '../../src/transform/request.ts';
import type { CallRequest } from '../../src/transform/types.ts';

const CALL: CallRequest = {
  method: 'POST',
  url: 'https://hooks.example.com/in?a=1&b=two%20words',
  headers: [
    ['Content-Type', 'application/json'],
    ['User-Agent', 'hedge'],
    ['X-Key', 'old'],
  ],
  body: { id: 7, name: 'Zoë & co', tenant: 'blue', tags: ['x', 'y'], none: null, path: '/items/7' },
};
const SESSION = { 'X-Hasura-Role': 'user', 'x-hasura-user-id': '42' };

function shown(transform: RequestTransform, call: Partial<CallRequest> = {}): unknown {
  const result = transformRequest(compileRequestTransform(transform), { ...CALL, ...call }, SESSION);
  return {
    method: result.method,
    url: result.url.href,
    headers: Object.fromEntries(result.headers),
    body: bodyText(result.body),
  };
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof TransformError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

const UNCHANGED = {
  method: 'POST',
  url: CALL.url,
  headers: { 'content-type': 'application/json', 'user-agent': 'hedge', 'x-key': 'old' },
  body: JSON.stringify(CALL.body),
};

const CASES: Readonly<Record<string, readonly [RequestTransform, object]>> = {
  'nothing to change': [{}, {}],
  'a method': [{ method: 'put' }, { method: 'PUT' }],
  'a body, version 1': [{ version: 1, body: '{"n": {{$body.name}}}' }, { body: '{"n":"Zoë & co"}' }],
  'a body, version 2': [
    { version: 2, body: { action: 'transform', template: '{{ $body.tags }}' } },
    { body: '["x","y"]' },
  ],
  'no body': [{ version: 2, body: { action: 'remove' } }, { body: null }],
  'a form of fields': [
    {
      version: 2,
      body: {
        action: 'x_www_form_urlencoded',
        form_template: {
          name: '{{$body.name}}',
          '{{$body.tenant}}': '{{$body.id}}',
          gone: '{{$body.none}}',
          'a b': '+&=',
        },
      },
    },
    {
      body: 'name=Zo%C3%AB%20%26%20co&blue=7&a%20b=%2B%26%3D',
      headers: { ...UNCHANGED.headers, 'content-type': 'application/x-www-form-urlencoded' },
    },
  ],
  'a form of one template': [
    {
      version: 2,
      body: { action: 'x_www_form_urlencoded', form_template: 'n={{escapeUri($body.name)}}' },
      request_headers: { add_headers: { 'Content-Type': 'text/plain' } },
    },
    { body: 'n=Zo%C3%AB%20%26%20co', headers: { ...UNCHANGED.headers, 'content-type': 'text/plain' } },
  ],
  'an address below the base': [
    { url: '{{$base_url}}#x' },
    { url: 'https://hooks.example.com/in?a=1&b=two%20words#x' },
  ],
  'an address of its own': [
    { url: 'http://api.internal:8080/{{$body.tenant}}/{{escapeUri($body.name)}}?id={{$body.id}}' },
    { url: 'http://api.internal:8080/blue/Zo%C3%AB%20%26%20co?id=7' },
  ],
  'a path that is a value': [
    { url: 'https://api.example.com{{$body.path}}' },
    { url: 'https://api.example.com/items/7' },
  ],
  "a tenant's subdomain": [
    { url: 'https://{{$body.tenant}}.example.com/x' },
    { url: 'https://blue.example.com/x' },
  ],
  'query parameters instead of those there are': [
    { query_params: { q: '{{$body.name}}', '{{$body.tenant}}': '1', flag: null, gone: '{{$body.none}}' } },
    { url: 'https://hooks.example.com/in?q=Zo%C3%AB%20%26%20co&blue=1&flag' },
  ],
  'a template of the query': [
    { query_params: '?id={{$body.id}}&name={{escapeUri($body.name)}}&x' },
    { url: 'https://hooks.example.com/in?id=7&name=Zo%C3%AB%20%26%20co&x' },
  ],
  'the query there was': [{ body: '{{ $query_params }}' }, { body: '[["a","1"],["b","two words"]]' }],
  headers: [
    {
      request_headers: {
        remove_headers: ['user-agent', 'X-Absent'],
        add_headers: { 'X-KEY': 'new', 'x-role': "{{$session_variables['x-hasura-role']}}" },
      },
    },
    { headers: { 'content-type': 'application/json', 'x-key': 'new', 'x-role': 'user' } },
  ],
  'a content type': [
    { content_type: 'application/vnd.api+json' },
    { headers: { ...UNCHANGED.headers, 'content-type': 'application/vnd.api+json' } },
  ],
  'session variables by name': [
    { body: '[{{ getSessionVariable("X-Hasura-User-Id") }}, {{ $session_variables }}]' },
    { body: '["42",{"x-hasura-role":"user","x-hasura-user-id":"42"}]' },
  ],
};

describe('gives', () => {
  test.each(Object.entries(CASES))('%s', (_, [transform, changed]) => {
    expect(shown(transform)).toEqual({ ...UNCHANGED, ...changed });
  });
});

test('a session that there is not is null', () => {
  const transform = compileRequestTransform({ body: '{{ $session_variables }}' });
  expect(transformRequest(transform, CALL, null).body).toEqual({ kind: 'json', value: null });
});

test('all mistakes of the templates are told at once', () => {
  const problems = problemsOf(() =>
    compileRequestTransform({
      url: '{{ $body.x',
      query_params: { '{{ } }}': '' },
      body: '{',
      request_headers: { add_headers: { a: '{{ if }}' } },
      method: 'TRACE',
    }),
  );
  expect(problems).toEqual([
    'Invalid method: "TRACE"',
    "Unexpected token '\"'.",
    "Unexpected token '}'.",
    'ParseError: Empty token stream.',
    "Unexpected token 'if'.",
  ]);
});

test('all mistakes of an evaluation are told at once, without values', () => {
  const problems = problemsOf(() =>
    shown({
      url: '{{$base_url}}/{{$body.x}}',
      body: '{{ $body.id.x }}',
      request_headers: { add_headers: { a: '{{$y}}' } },
    }),
  );
  expect(problems).toEqual([
    "'Object' has no attritubte 'x'.",
    "Couldn't matche expected type 'Object' with actual type 'Number'",
    "Variable '$y' not in scope",
  ]);
});

describe('the host is what the template says', () => {
  const outside = [
    '.evil.com',
    '@evil.com/',
    '.evil.com/',
    ':1@evil.com',
    String.raw`\@evil.com`,
    '\t.evil.com',
    'evil.com',
    ':8443',
    '',
    '//evil.com',
    '/@evil.com',
    String.raw`\evil.com`,
    '?@evil.com',
    '#@evil.com',
    'https://evil.com',
    'evil.com#',
    'a.b',
  ];
  const templates = [
    'https://api.example.com{{$body}}',
    'https://api.example.com:44{{$body}}',
    'https://{{$body}}.example.com/x',
    'https://{{$body}}',
    '{{$body}}',
    'https:/{{$body}}',
    'https:{{$body}}',
    'https://u:{{$body}}@api.example.com/',
    'https://{{$body}}{{$body}}.example.com',
    '{{$base_url}}{{$body}}',
    '{{ $body ?? $base_url }}',
    'https://{{getSessionVariable("X-Hasura-Role")}}/',
    '{{$body}}://api.example.com',
    'https://api{{$body}}.example.com',
    'https://example.com{{$body}}{{$body}}',
  ];

  /** The address, or null where it was refused. */
  function address(template: string, body: unknown): URL | null {
    const transform = compileRequestTransform({ url: template });
    try {
      return transformRequest(transform, { ...CALL, url: 'https://base.example.com', body }, SESSION).url;
    } catch (error) {
      if (error instanceof TransformError) return null;
      throw error;
    }
  }

  function isOurs(url: URL | null): boolean {
    return (
      url === null ||
      (/(?:^|\.)example\.com$/.test(url.hostname) && ['', '44'].includes(url.port) && url.password === '')
    );
  }

  test.each(templates)('%s', (template) => {
    for (const value of outside) expect([value, isOurs(address(template, value))]).toEqual([value, true]);
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '@',
      ':',
      '.',
      'evil.com',
      '?',
      '#',
      '%2f',
      '\t',
      '\n',
      ' ',
      'a',
      'https:',
    );
    const any = fc.oneof(
      fc.string(),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(any, (value) => isOurs(address(template, value))),
      { numRuns: 300 },
    );
  });

  test.each([
    'ftp://example.com',
    'javascript:alert(1)',
    'example.com/x',
    'https://',
    '/x',
    'https://exa mple.com',
  ])('refuses %s', (url) => {
    expect(address(url, null)).toBeNull();
  });
});

describe('headers stay in their lines', () => {
  test.each(['a\r\nx-admin: 1', 'a\nb', 'a\rb', 'a\u0000b'])('%j', (value) => {
    const problems = problemsOf(() =>
      shown({ request_headers: { add_headers: { 'x-name': '{{$body.v}}' } } }, { body: { v: value } }),
    );
    expect(problems).toEqual(["Invalid value of header 'x-name': it has a line break"]);
    const named = problemsOf(() =>
      shown({ request_headers: { add_headers: { '{{$body.v}}': '1' } } }, { body: { v: value } }),
    );
    expect(named).toEqual([`Invalid header name: ${JSON.stringify(value)}`]);
  });

  test('any text that is let through is one header of fetch', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (v) => {
        const transform = compileRequestTransform({
          request_headers: { add_headers: { 'x-name': '-{{$body}}-' } },
        });
        try {
          const { headers } = transformRequest(transform, { ...CALL, body: v }, SESSION);
          expect([...fetchHeaders(headers).keys()]).toEqual([
            'content-type',
            'user-agent',
            'x-key',
            'x-name',
          ]);
        } catch (error) {
          expect(error).toBeInstanceOf(TransformError);
          expect(v).toMatch(/[\r\n\0]/);
        }
      }),
    );
  });

  test('values are sent as UTF-8', () => {
    const sent = fetchHeaders([['x-name', '日本']]).get('x-name') ?? '';
    expect(new TextDecoder().decode(Uint8Array.from(sent, (char) => char.charCodeAt(0)))).toBe('日本');
  });
});
