// actions.graphql and actions.yaml: put together, and what one has and the other lacks.
import { describe, expect, it } from 'vitest';

import { problemsOf, read, type FileMap } from './memory-files.ts';

function project(sdl: string, yaml: string): FileMap {
  return { 'version.yaml': 'version: 3', 'actions.graphql': sdl, 'actions.yaml': yaml };
}

const LOGIN = 'actions:\n  - name: login\n    definition: {kind: asynchronous, handler: h}\n';

describe('actions', () => {
  it('take arguments and types from the SDL and the rest from YAML', async () => {
    const { metadata, problems } = await read(
      project(
        `extend type Query { me(id: ID! = 1): [Me!]! }
"""Signs in"""
type Mutation { login("who" name: String!): Me }
"A user" type Me { id: uuid! "c" color: Color }
input In { a: [Int!] }
enum Color { "warm" RED BLUE @deprecated }
scalar Stamp`,
        `${LOGIN}  - name: me\n    definition: {handler: m}\ncustom_types:\n  objects:\n    - name: Me\n      relationships:\n        - {name: user, type: object, remote_table: users, field_mapping: {id: id}}\n`,
      ),
    );
    expect(problems).toEqual([]);
    expect(metadata['actions']).toEqual([
      {
        name: 'me',
        definition: {
          type: 'query',
          handler: 'm',
          arguments: [{ name: 'id', type: 'ID!' }],
          output_type: '[Me!]!',
        },
      },
      {
        name: 'login',
        definition: {
          kind: 'asynchronous',
          type: 'mutation',
          handler: 'h',
          arguments: [{ name: 'name', type: 'String!', description: 'who' }],
          output_type: 'Me',
        },
      },
    ]);
    expect(metadata['custom_types']).toEqual({
      objects: [
        {
          name: 'Me',
          description: 'A user',
          fields: [
            { name: 'id', type: 'uuid!' },
            { name: 'color', type: 'Color', description: 'c' },
          ],
          relationships: [
            {
              name: 'user',
              type: 'object',
              remote_table: { schema: 'public', name: 'users' },
              field_mapping: { id: 'id' },
            },
          ],
        },
      ],
      input_objects: [{ name: 'In', fields: [{ name: 'a', type: '[Int!]' }] }],
      enums: [
        {
          name: 'Color',
          values: [
            { value: 'RED', description: 'warm' },
            { value: 'BLUE', is_deprecated: true },
          ],
        },
      ],
      scalars: [{ name: 'Stamp' }],
    });
  });

  it('may be complete in YAML, without SDL', async () => {
    const { metadata, problems } = await read({
      'version.yaml': 'version: 3',
      'actions.yaml':
        'actions:\n  - name: a\n    definition: {handler: h, output_type: String, arguments: []}\n',
    });
    expect(problems).toEqual([]);
    expect(metadata['actions']).toHaveLength(1);
  });

  it.each([
    [
      'GraphQL with a mistake',
      'type Mutation {\n  login(: Int\n}',
      LOGIN,
      /^actions.graphql:2:9: This is not GraphQL: Syntax Error: .*Correct it here or just before[.]$/,
    ],
    [
      'an action that is only in the SDL',
      'type Query {\n  a: Int\n}',
      'actions: []',
      /^actions.graphql:2:3: Action "a" is declared here but not listed in actions.yaml; add it there with its handler[.]$/,
    ],
    [
      'an action that is only in YAML',
      '',
      LOGIN,
      /^actions.yaml:2:5: Action "login" is not declared in actions.graphql; add it to "type Query" or "type Mutation" there[.]$/,
    ],
    [
      'a type that is only in YAML',
      '',
      'custom_types: {objects: [{name: T}]}',
      /^actions.yaml:1:26: The type "T" is not declared in actions.graphql; declare it there or remove it here[.]$/,
    ],
    [
      'a kind of type actions do not have',
      'union U = A | B',
      '',
      /^actions.graphql:1:1: Actions know object types, inputs, scalars and enums only; remove/,
    ],
    [
      'an action without an output type',
      '',
      'actions:\n  - name: login\n    definition: {handler: h}\n',
      /Action "login" is not declared in actions.graphql/,
    ],
    [
      'a slip in a section',
      '',
      'action: []',
      /^actions.yaml:1:1: actions.yaml has no key "action"; did you mean "actions"\?$/,
    ],
    [
      'a text',
      '',
      'hello',
      /^actions.yaml:1:1: actions.yaml must be a mapping with the keys actions, custom_types[.]$/,
    ],
    [
      'a handler of another type',
      'type Query { login: Int }',
      'actions: [{name: login, definition: {handler: 1}}]',
      /^actions.yaml:1:47: "definition.handler" of action "login" must be a text, not a number; put it in quotes[.] \(at actions\[0\].definition.handler\)$/,
    ],
  ])('with %s are reported', async (_, sdl, yaml, expected) => {
    const problems = await problemsOf(project(sdl, yaml));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });
});
