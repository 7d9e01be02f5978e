// The limits of roles, on every door to operations.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET, type GraphqlAnswer, type Hedge, startHedge } from '../support/hedge.ts';
import { METADATA, SQL } from './world.ts';

let hedge: Hedge;
beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: METADATA,
    env: { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous', HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE: '40' },
  });
});
afterAll(() => hedge?.stop());

/** An operation over one of the doors; `path` of a REST endpoint stands in the place of the text. */
type Door = (
  role: string,
  text: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<GraphqlAnswer & { readonly retryAfter: string | null }>;

const send = async (path: string, init: RequestInit): ReturnType<Door> => {
  const response = await fetch(hedge.url + path, init);
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, text, body: JSON.parse(text) as unknown, retryAfter };
};
const as = (role: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-hasura-admin-secret': ADMIN_SECRET,
  'x-hasura-role': role,
});
const posts =
  (path: string, body: (text: string) => unknown = (query) => ({ query })): Door =>
  (role, text, headers = {}) =>
    send(path, { method: 'POST', headers: { ...as(role), ...headers }, body: JSON.stringify(body(text)) });

const DOORS = {
  graphql: posts('/v1/graphql'),
  get: (role, text, headers = {}) =>
    send(`/v1/graphql?query=${encodeURIComponent(text)}`, { headers: { ...as(role), ...headers } }),
  legacy: posts('/v1alpha1/graphql'),
  relay: posts('/v1beta1/relay'),
  batch: posts('/v1/graphql', (query) => [{ query }]),
} satisfies Record<string, Door>;
const rest = (role: string, name: string, headers: Readonly<Record<string, string>> = {}) =>
  send(`/api/rest/${name}`, { headers: { ...as(role), ...headers } });

/** What is wrong, whatever the form of the door. */
const errorOf = ({ body }: GraphqlAnswer): unknown => {
  const [first] = Array.isArray(body) ? (body as unknown[]) : [body];
  const { errors, code, path, error } = first as Record<string, unknown> & {
    errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  };
  const [known] = errors ?? [];
  return known ? { ...known.extensions, message: known.message } : { code, path, message: error };
};

const DEEP = '{ author { articles { author { name } } } }';
const DEEP_PAGES = '{ author_connection { edges { node { name } } } }';
const TOO_DEEP = { code: 'depth-limit-exceeded', path: '$', message: 'depth limit of 2 exceeded' };

describe.each(Object.entries(DOORS))('on the door %s', (name, door) => {
  const deep = name === 'relay' ? DEEP_PAGES : DEEP;
  const flat =
    name === 'relay' ? '{ author_connection { pageInfo { hasNextPage } } }' : '{ author { name } }';

  it('depth is limited', async () => {
    expect(errorOf(await door('shallow', deep))).toEqual(TOO_DEEP);
    // Once more: refused ones are not kept, and what is kept is allowed.
    expect(errorOf(await door('shallow', deep))).toEqual(TOO_DEEP);
    expect(errorOf(await door('shallow', flat))).toMatchObject({ code: undefined });
    expect(errorOf(await door('free', deep))).toMatchObject({ code: undefined });
    expect(errorOf(await door('admin', deep))).toMatchObject({ code: undefined });
  });

  it('objects are limited', async () => {
    expect(errorOf(await door('narrow', deep))).toEqual({
      code: 'node-limit-exceeded',
      path: '$',
      message: 'node limit of 2 exceeded',
    });
  });

  it('introspection is not', async () => {
    const query = '{ __schema { types { fields { type { ofType { name } } } } } }';
    expect(errorOf(await door('shallow', query))).toMatchObject({ code: undefined });
  });
});

describe('a stored query', () => {
  it('is under the limits of who calls it', async () => {
    const { status, body } = await rest('shallow', 'deep');
    expect([status, body]).toEqual([
      400,
      { code: 'depth-limit-exceeded', path: '$', error: 'depth limit of 2 exceeded' },
    ]);
    expect((await rest('free', 'deep')).status).toBe(200);
    expect(errorOf(await rest('hasty', 'slow'))).toMatchObject({ code: 'time-limit-exceeded' });
  });
});

describe('time is limited', () => {
  const OUT_OF_TIME = {
    code: 'time-limit-exceeded',
    path: '$',
    message: 'time limit of 0.3 seconds exceeded',
  };
  const running = async (): Promise<number> => {
    const client = await pgClient(hedge.database.url);
    try {
      const { rows } = await client.query<{ count: string }>(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and query !~ 'pg_stat_activity'",
      );
      return Number(rows[0]?.count);
    } finally {
      await client.end();
    }
  };

  it('of queries, and Postgres stops too', async () => {
    const start = performance.now();
    expect(errorOf(await DOORS.graphql('hasty', '{ slow { id slept } }'))).toEqual(OUT_OF_TIME);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await running()).toBe(0);
  });

  it('of mutations, which leave nothing behind', async () => {
    const insert = 'mutation { insert_entry_one(object: {id: 1}) { id } }';
    expect(errorOf(await DOORS.graphql('hasty', insert))).toEqual(OUT_OF_TIME);
    expect(await running()).toBe(0);
    expect((await DOORS.graphql('hasty', '{ entry { id } }')).body).toEqual({ data: { entry: [] } });
  });

  it('and what is in time is answered as without a limit', async () => {
    for (const query of [
      '{ author { name articles { title } } }',
      '{ author { name } __typename }',
      '{ author { name } __type(name: "author") { name } }',
    ])
      expect((await DOORS.graphql('hasty', query)).text).toBe((await DOORS.graphql('free', query)).text);
    const none = 'mutation { insert_entry(objects: []) { affected_rows } }';
    expect((await DOORS.graphql('hasty', none)).text).toBe((await DOORS.graphql('free', none)).text);
  });

  it('and errors are told as without a limit', async () => {
    const wrong = 'query ($id: Int) { author(where: {id: {_eq: $id}}, offset: -1) { id } }';
    expect((await DOORS.graphql('hasty', wrong)).text).toBe((await DOORS.graphql('free', wrong)).text);
  });
});

describe('a batch', () => {
  const batch = (role: string, count: number) =>
    posts('/v1/graphql', (query) => Array.from({ length: count }, () => ({ query })))(role, '{ __typename }');

  it('may hold what its role may ask for at once', async () => {
    expect((await batch('few', 2)).body).toHaveLength(2);
    const refused = await batch('few', 3);
    expect([refused.status, errorOf(refused)]).toEqual([
      200,
      { code: 'batch-limit-exceeded', path: '$', message: 'batch limit of 2 exceeded' },
    ]);
    expect((await batch('free', 3)).body).toHaveLength(3);
  });

  it('of 1,000 is refused, whoever sends it', async () => {
    for (const role of ['free', 'admin'])
      expect(errorOf(await batch(role, 1000))).toMatchObject({ code: 'bad-request' });
  });
});

describe('the rate', () => {
  const QUERY = '{ __typename }';
  const told = async (answer: ReturnType<Door>): Promise<unknown> => {
    const { status, body, retryAfter } = await answer;
    return status === 429 ? [body, Number(retryAfter) > 0 && Number(retryAfter) <= 61] : [status, retryAfter];
  };
  const exceeded = (limit: number) => [
    {
      errors: [
        {
          message: `rate limit of ${limit} exceeded`,
          extensions: { path: '$', code: 'rate-limit-exceeded' },
        },
      ],
    },
    true,
  ];
  const ok = [200, null];

  it('of a role counts all doors together, and each operation of a batch', async () => {
    expect(await told(DOORS.graphql('slow_role', QUERY))).toEqual(ok);
    expect(await told(DOORS.batch('slow_role', QUERY))).toEqual(ok);
    expect(await told(posts('/v1/graphql', (query) => [{ query }, { query }])('slow_role', QUERY))).toEqual(
      exceeded(3),
    );
    expect(await told(rest('slow_role', 'authors'))).toEqual(ok);
    for (const door of [DOORS.graphql, DOORS.get, DOORS.relay, DOORS.batch])
      expect(await told(door('slow_role', QUERY))).toEqual(exceeded(3));
    for (const answer of [DOORS.legacy('slow_role', QUERY), rest('slow_role', 'authors')])
      expect(await told(answer)).toEqual([
        { code: 'rate-limit-exceeded', path: '$', error: 'rate limit of 3 exceeded' },
        true,
      ]);
  });

  it('of an address counts each address', async () => {
    const from = (address: string) => DOORS.graphql('by_address', QUERY, { 'cf-connecting-ip': address });
    expect(await told(from('192.0.2.1'))).toEqual(ok);
    expect(await told(from('192.0.2.1'))).toEqual(ok);
    expect(await told(from('192.0.2.1'))).toEqual(exceeded(2));
    expect(await told(from('192.0.2.2'))).toEqual(ok);
  });

  it('of session variables counts each user', async () => {
    const by = (id: string) => DOORS.graphql('by_user', QUERY, { 'x-hasura-user-id': id });
    expect(await told(by('1'))).toEqual(ok);
    expect(await told(by('1'))).toEqual(ok);
    expect(await told(by('1'))).toEqual(exceeded(2));
    expect(await told(by('2'))).toEqual(ok);
  });

  it('where the metadata says nothing is the deployment’s, for each address', async () => {
    const from = (address: string) =>
      send('/v1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'cf-connecting-ip': address },
        body: JSON.stringify(Array.from({ length: 20 }, () => ({ query: QUERY }))),
      });
    expect(await told(from('192.0.2.3'))).toEqual(ok);
    expect(await told(from('192.0.2.3'))).toEqual(ok);
    expect(await told(from('192.0.2.3'))).toEqual(exceeded(40));
    expect(await told(from('192.0.2.4'))).toEqual(ok);
  });

  it('of administrators is not limited', async () => {
    for (let i = 0; i < 50; i++) expect(await told(DOORS.graphql('admin', QUERY))).toEqual(ok);
  });
});
