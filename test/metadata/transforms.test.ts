// Templates of transforms that cannot be parsed: each is told at its line, with the place in the template.

import { expect, test } from 'vitest';

import { problemsOf, withTables } from './memory-files.ts';

const FILE = 'databases/default/tables/tables.yaml';

function project(transforms: string): Readonly<Record<string, string>> {
  return withTables(`- table: {schema: public, name: users}
  event_triggers:
    - name: t
      definition: {enable_manual: true}
      webhook: https://example.com
${transforms}`);
}

test('templates that can be parsed are no problem', async () => {
  const problems = await problemsOf(
    project(`      request_transform:
        url: "{{$base_url}}/{{$body.id}}"
        body: {action: x_www_form_urlencoded, form_template: {a: "{{$body.a}}"}}
        query_params: {a: "{{$body.a}}", b: null}
        request_headers: {add_headers: {x: "{{$body['a b']}}"}}
      response_transform: {body: "{{ $body }}"}
`),
  );
  expect(problems).toEqual([]);
});

test('templates that cannot are told, each at its place', async () => {
  const problems = await problemsOf(
    project(`      request_transform:
        url: "{{$base_url}/x"
        body:
          action: transform
          template: |
            {
              "a": {{ $body.a }
            }
        query_params:
          a: "{{"
        request_headers:
          add_headers:
            x: '"'
      response_transform:
        body: "[@]"
`),
  );
  const at = 'sources[0].tables[0].event_triggers[0]';
  const trigger = 'of the event trigger "t" of table "users"';
  expect(problems).toEqual([
    `${FILE}:7:14: "request_transform.url" ${trigger} is no Kriti template: Invalid Lexeme: '/x"' (line 1, column 13 of the template). (at ${at}.request_transform.url)`,
    `${FILE}:10:21: "request_transform.body.template" ${trigger} is no Kriti template: Unexpected token '}' (line 2, column 19 of the template). (at ${at}.request_transform.body.template)`,
    `${FILE}:15:14: "request_transform.query_params.a" ${trigger} is no Kriti template: ParseError: Empty token stream (line 1, column 3 of the template). (at ${at}.request_transform.query_params.a)`,
    `${FILE}:18:16: "request_transform.request_headers.add_headers.x" ${trigger} is no Kriti template: Unexpected token '"' (line 1, column 2 of the template). (at ${at}.request_transform.request_headers.add_headers.x)`,
    `${FILE}:20:15: "response_transform.body" ${trigger} is no Kriti template: Invalid Lexeme: '@]' (line 1, column 2 of the template). (at ${at}.response_transform.body)`,
  ]);
});

test('a body that is transformed needs a template', async () => {
  expect(await problemsOf(project('      request_transform: {body: {action: transform}}\n'))).toEqual([
    expect.stringContaining('needs a "template" to transform with.'),
  ]);
});
