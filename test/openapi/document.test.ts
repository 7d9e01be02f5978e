// REST endpoints x a role -> an OpenAPI document that is valid, and says what the endpoints take and answer.

import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import type { ArtifactView } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { RestEndpointMetadata } from '../../src/metadata/section-types.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import type { OpenApiSettings } from '../../src/openapi/document.ts';
import { openApiDocument } from '../../src/openapi/document.ts';
import type { OpenApiDocument, OpenApiOperation } from '../../src/openapi/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
  create table colour (name text primary key, comment text);
  insert into colour values ('red', 'like blood'), ('blue', null);
  create table maker (id int primary key, name text not null);
  create table paint (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    colour text references colour,
    maker_id int not null references maker,
    litres numeric,
    stock bigint,
    tags text[],
    made date,
    seen timestamptz,
    about jsonb,
    code varchar(3),
    dry boolean not null default false
  );
  comment on table paint is 'What is <b>sold</b>';
`;

const T = (name: string) => ({ schema: 'public', name });

const metadata = (queries: Record<string, string>, endpoints: readonly RestEndpointMetadata[]): Metadata =>
  metadataOf(
    {
      tables: [
        { table: T('colour'), is_enum: true },
        {
          table: T('maker'),
          array_relationships: [
            {
              name: 'paints',
              using: { foreign_key_constraint_on: { table: T('paint'), column: 'maker_id' } },
            },
          ],
        },
        {
          table: T('paint'),
          object_relationships: [{ name: 'maker', using: { foreign_key_constraint_on: 'maker_id' } }],
          select_permissions: [{ role: 'buyer', permission: { columns: ['id', 'name'], filter: {} } }],
        },
      ],
    },
    {
      query_collections: [
        {
          name: 'shop',
          definition: { queries: Object.entries(queries).map(([name, query]) => ({ name, query })) },
        },
      ],
      rest_endpoints: endpoints,
    },
  );

const SETTINGS: OpenApiSettings = {
  stringifyNumericTypes: false,
  tokens: 'none',
  checkAllowed: () => undefined,
};

let stages: Stages;
beforeAll(async () => {
  stages = await startStages(SQL, [T('colour')]);
});
afterAll(() => stages?.stop());

interface Endpoint {
  readonly query: string;
  readonly url?: string;
  readonly methods?: RestEndpointMetadata['methods'];
  readonly comment?: string;
}

interface Viewer extends Partial<OpenApiSettings> {
  readonly role?: string;
}

/** The document of endpoints called `one`, `two`, … in the order given. */
async function documentOf(endpoints: readonly Endpoint[], viewer: Viewer = {}): Promise<OpenApiDocument> {
  const names = ['one', 'two', 'three'].slice(0, endpoints.length);
  const queries = Object.fromEntries(names.map((name, i) => [name, endpoints[i]?.query ?? '']));
  const view = viewOf(
    metadata(
      queries,
      endpoints.map(({ url, methods, comment }, i) => ({
        name: names[i] ?? '',
        url: url ?? 'x',
        methods: methods ?? ['POST'],
        definition: { query: { collection_name: 'shop', query_name: names[i] ?? '' } },
        ...(comment !== undefined && { comment }),
      })),
    ),
  );
  const { role = 'admin', ...settings } = viewer;
  const document = openApiDocument(view.storedQueries()?.endpoints ?? [], view.role(role), {
    ...SETTINGS,
    ...settings,
  });
  // As a client reads it: what is undefined is not there.
  const json = JSON.stringify(document);
  expect(await new Validator().validate(JSON.parse(json) as Record<string, unknown>)).toEqual({
    valid: true,
  });
  return JSON.parse(json) as OpenApiDocument;
}

function viewOf(source: Metadata): ArtifactView {
  return openArtifact(encodeArtifact(stages.compiled(source)));
}

function operationOf({ paths }: OpenApiDocument, method = 'post'): OpenApiOperation {
  return must(must(Object.values(paths)[0], 'a path')[method], 'an operation');
}

describe('a variable', () => {
  const required = (name: string) =>
    `_"${name}" is required (enter it either in parameters or request body)_`;
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

  it.each<[string, unknown, unknown]>([
    // as declared, the schema of the parameter (null: it is none), the schema of the body's member
    ['Int!', { type: 'integer' }, { title: 'Int', type: 'integer', nullable: false }],
    ['Int', { type: 'integer' }, { title: 'Int', type: 'integer', nullable: true }],
    [
      'Int = 7',
      { type: 'integer', default: 7 },
      { title: 'Int', type: 'integer', nullable: true, default: 7 },
    ],
    ['Float', { type: 'number' }, { title: 'Float', type: 'number', nullable: true }],
    [
      'Boolean! = true',
      { type: 'boolean', default: true },
      { title: 'Boolean', type: 'boolean', nullable: false, default: true },
    ],
    ['String', { type: 'string' }, { title: 'String', type: 'string', nullable: true }],
    ['uuid!', { type: 'string', format: 'uuid' }, ref('uuid!')],
    [
      'uuid = "0A"',
      { type: 'string', format: 'uuid', default: '0A' },
      { allOf: [ref('uuid')], default: '0A' },
    ],
    ['date', { type: 'string', format: 'date' }, ref('date')],
    ['jsonb', { type: 'string' }, ref('jsonb')],
    ['colour_enum', { type: 'string', enum: ['blue', 'red'] }, ref('colour_enum')],
    ['[uuid!]!', null, { type: 'array', nullable: false, items: ref('uuid!') }],
    [
      '[Int] = [1, null]',
      null,
      {
        type: 'array',
        nullable: true,
        items: { title: 'Int', type: 'integer', nullable: true },
        default: [1, null],
      },
    ],
    ['paint_bool_exp!', null, ref('paint_bool_exp!')],
    ['paint_set_input', null, ref('paint_set_input')],
  ])('of type %s', async (type, inUrl, inBody) => {
    const document = await documentOf([{ query: `query ($v: ${type}) { paint { id } }` }]);
    const operation = operationOf(document);
    const isRequired = type.endsWith('!');
    expect(operation.parameters.slice(1)).toEqual(
      inUrl === null
        ? []
        : [
            {
              in: 'query',
              name: 'v',
              required: isRequired,
              schema: inUrl,
              ...(isRequired && { description: required('v') }),
            },
          ],
    );
    expect(operation.requestBody).toEqual({
      description: 'Query parameters can also be provided in the request body as a JSON object',
      required: isRequired && inUrl === null,
      content: { 'application/json': { schema: { type: 'object', properties: { v: inBody } } } },
    });
  });

  it('of the path is always required, and a parameter even where the query has no such variable', async () => {
    const document = await documentOf([
      { url: 'a/:id/{b}/:lost', query: 'query ($id: Int = 1) { maker_by_pk(id: $id) { id } }' },
    ]);
    expect(Object.keys(document.paths)).toEqual(['/api/rest/a/{id}/%7Bb%7D/{lost}']);
    expect(operationOf(document).parameters.slice(1)).toEqual([
      {
        description: '_"id" is required as part of the path_',
        in: 'path',
        name: 'id',
        required: true,
        schema: { type: 'integer' },
      },
      {
        description: '_"lost" is required as part of the path_',
        in: 'path',
        name: 'lost',
        required: true,
        schema: { type: 'string' },
      },
    ]);
  });
});

describe('a component', () => {
  const componentsOf = async (query: string, viewer?: Viewer) =>
    must((await documentOf([{ query }], viewer)).components.schemas, 'components');

  it.each<[string, boolean, unknown]>([
    ['numeric', false, { title: 'numeric', type: 'number', nullable: true }],
    ['numeric', true, { title: 'numeric', type: 'string', nullable: true }],
    ['bigint!', false, { title: 'bigint', type: 'integer', format: 'int64', nullable: false }],
    ['bigint!', true, { title: 'bigint', type: 'string', nullable: false }],
    ['date', true, { title: 'date', type: 'string', format: 'date', nullable: true }],
    ['timestamptz', true, { title: 'timestamptz', type: 'string', format: 'date-time', nullable: true }],
    ['jsonb', true, { title: 'jsonb', nullable: true }],
    ['colour_enum!', false, { title: 'colour_enum', type: 'string', enum: ['blue', 'red'], nullable: false }],
    [
      'colour_enum',
      false,
      { title: 'colour_enum', type: 'string', enum: ['blue', 'red', null], nullable: true },
    ],
  ])('%s, stringified: %s', async (type, stringifyNumericTypes, schema) => {
    const components = await componentsOf(`query ($v: ${type}) { paint { id } }`, { stringifyNumericTypes });
    expect(components[type]).toEqual(schema);
  });

  it('is there for whatever another refers to, circles included', async () => {
    const components = await componentsOf('query ($v: maker_bool_exp) { maker { id } }');
    const names = Object.keys(components);
    expect(names).toEqual([...names].sort());
    expect(names).toContain('paint_bool_exp');
    const missing = [...JSON.stringify(components).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].filter(
      ([, name]) => !names.includes(name ?? ''),
    );
    expect(missing).toEqual([]);
  });
});

describe('an answer', () => {
  const text = (nullable: boolean) => ({ title: 'String', type: 'string', nullable });

  it.each<[string, string, unknown]>([
    [
      'of fields under aliases, with fragments and given twice',
      `query { paint { called: name ...a } paint { dry ... on paint { code } } }
       fragment a on paint { __typename tags }`,
      {
        paint: {
          type: 'array',
          nullable: false,
          items: {
            title: 'paint',
            type: 'object',
            description: 'What is <b>sold</b>',
            nullable: false,
            properties: {
              called: text(false),
              __typename: text(false),
              tags: { type: 'array', nullable: true, items: text(false) },
              dry: { title: 'Boolean', type: 'boolean', nullable: false },
              code: text(true),
            },
          },
        },
      },
    ],
    [
      'of relationships and scalars of Postgres',
      'query { maker_by_pk(id: 1) { paints { id maker { name } } } }',
      {
        maker_by_pk: {
          title: 'maker',
          type: 'object',
          description: 'columns and relationships of "maker"',
          nullable: true,
          properties: {
            paints: {
              type: 'array',
              nullable: false,
              items: {
                title: 'paint',
                type: 'object',
                description: 'What is <b>sold</b>',
                nullable: false,
                properties: {
                  id: { $ref: '#/components/schemas/uuid!' },
                  maker: {
                    title: 'maker',
                    type: 'object',
                    description: 'columns and relationships of "maker"',
                    nullable: false,
                    properties: { name: text(false) },
                  },
                },
              },
            },
          },
        },
      },
    ],
    [
      'of a mutation',
      'mutation { delete_maker(where: {}) { affected_rows } }',
      {
        delete_maker: {
          title: 'maker_mutation_response',
          type: 'object',
          description: 'response of any mutation on the table "maker"',
          nullable: true,
          properties: { affected_rows: { title: 'Int', type: 'integer', nullable: false } },
        },
      },
    ],
  ])('%s', async (_what, query, properties) => {
    const { responses } = operationOf(await documentOf([{ query }]));
    expect(responses).toEqual({
      200: {
        description: 'Responses for POST /api/rest/x',
        content: { 'application/json': { schema: { properties } } },
      },
    });
  });

  it('of introspection is described as well', async () => {
    const query = '{ __schema { types { name fields { type { kind } } } } }';
    const { responses } = operationOf(await documentOf([{ query }]));
    expect(JSON.stringify(responses)).toContain('"title":"__Type"');
  });

  it('that doubles with every fragment ends', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) =>
        `fragment f${i} on maker { a: paints { maker { ...f${i + 1} } } b: paints { maker { ...f${i + 1} } } }`,
    );
    const query = `query { maker { ...f0 } } ${levels.join(' ')} fragment f40 on maker { id }`;
    const document = await documentOf([{ query }]);
    expect(JSON.stringify(document).length).toBeLessThan(10_000_000);
  });
});

describe('an endpoint', () => {
  it('has its comment in front of its query, whatever they hold', async () => {
    const comment = 'Hi <script>alert(1)</script>';
    const query = 'query { paint(where: {name: {_eq: "```"}}) { id } }';
    const { summary, description } = operationOf(await documentOf([{ query, comment }]));
    expect([summary, description]).toEqual([
      'one',
      `${comment}\n***\nThe GraphQl query for this endpoint is:\n\`\`\` graphql\n${query}\n\`\`\``,
    ]);
  });

  it('has a body where its method has one', async () => {
    const document = await documentOf([
      { query: 'query ($a: Int) { paint { id } }', methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    ]);
    const item = must(document.paths['/api/rest/x'], 'the path');
    const withBody = Object.keys(item).filter((method) => item[method]?.requestBody);
    expect([Object.keys(item), withBody]).toEqual([
      ['get', 'post', 'put', 'patch', 'delete'],
      ['post', 'put', 'patch'],
    ]);
  });

  it('brings no components for a body that it has not', async () => {
    const document = await documentOf([{ query: 'query ($a: uuid) { maker { id } }', methods: ['GET'] }]);
    expect(document.components).toEqual({});
  });

  it('shares its path with others', async () => {
    const document = await documentOf([
      { query: '{ paint { id } }', methods: ['GET'] },
      { query: '{ maker { id } }', methods: ['POST'] },
      { query: '{ maker { name } }', methods: ['GET'], url: 'y/:z' },
    ]);
    expect(
      Object.entries(document.paths).map(([path, item]) => [
        path,
        Object.entries(item).map(([method, { summary }]) => `${method} ${summary}`),
      ]),
    ).toEqual([
      ['/api/rest/x', ['get one', 'post two']],
      ['/api/rest/y/{z}', ['get three']],
    ]);
  });

  it('that is wrong is told of, and shown as far as it goes', async () => {
    const document = await documentOf([
      { query: 'query { nothing paint { id colour_ } }' },
      { query: 'query { paint { ', url: 'y' },
      { query: 'query { paint { ...gone } }', url: 'z' },
    ]);
    expect(document.info.description).toBe(
      [
        'This OpenAPI specification is automatically generated by Hasura.',
        `Endpoint "one":
- ⚠️ $.nothing: field 'nothing' not found in object 'query_root'
- ⚠️ $.paint.colour_: field 'colour_' not found in object 'paint'`,
        'Endpoint "three":\n- ⚠️ $.paint: reference to undefined fragment "gone"',
        'Endpoint "two":\n- ⚠️ not a valid graphql query',
      ].join('\n\n'),
    );
    expect(Object.keys(document.paths)).toEqual(['/api/rest/x']);
  });

  it('is not needed', async () => {
    expect(await documentOf([])).toEqual({
      openapi: '3.0.0',
      info: {
        title: 'Rest Endpoints',
        version: '',
        description: 'This OpenAPI specification is automatically generated by Hasura.',
      },
      paths: {},
      components: {},
    });
  });
});

describe('a role', () => {
  const ENDPOINTS: readonly Endpoint[] = [
    { query: 'query ($id: uuid!) { paint_by_pk(id: $id) { name } }', url: 'paint/:id' },
    { query: '{ paint { name stock } }', url: 'stock' },
    { query: 'mutation { delete_paint(where: {}) { affected_rows } }', url: 'clear' },
  ];

  it('sees the endpoints that are whole for it, and no word of others', async () => {
    const document = await documentOf(ENDPOINTS, { role: 'buyer', tokens: 'jwt' });
    expect(Object.keys(document.paths)).toEqual(['/api/rest/paint/{id}']);
    expect(JSON.stringify(document)).not.toMatch(/stock|clear|admin/);
  });

  it.each<[OpenApiSettings['tokens'], unknown]>([
    ['none', undefined],
    ['jwt', { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }],
    ['opaque', { token: { type: 'http', scheme: 'bearer' } }],
  ])('says who it is in a header, and with tokens: %s', async (tokens, schemes) => {
    const document = await documentOf(ENDPOINTS, { role: 'buyer', tokens });
    expect(document.components.securitySchemes).toEqual(schemes);
    expect(document.security).toEqual(schemes ? [{ token: [] }] : undefined);
    expect(operationOf(document).parameters[0]).toEqual({
      description: 'The role to act as, where it is not the one you have without saying so.',
      in: 'header',
      name: 'x-hasura-role',
      schema: { type: 'string', enum: ['buyer'] },
    });
  });

  it('that sees nothing has no endpoints', async () => {
    expect((await documentOf(ENDPOINTS, { role: 'stranger' })).paths).toEqual({});
  });
});
