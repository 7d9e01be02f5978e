// A consumer that works through a stream, breaks off where it likes and goes on behind the last row it has seen: by several
// columns and orders, in batches of any size, while rows come in.

import { createClient as createSse } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Metadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';

const HEADERS = { 'x-hasura-admin-secret': ADMIN_SECRET };
const ROWS = 40;
const SQL = `
create table event (id bigint primary key, level int not null, at timestamptz not null, amount numeric not null);
insert into event
  select n, n % 4, '2026-01-01'::timestamptz + (n / 3) * interval '1 microsecond', n + 0.1
  from generate_series(1, ${ROWS}) n;
`;
const METADATA: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
      tables: [{ table: { schema: 'public', name: 'event' } }],
    },
  ],
};

type Row = Readonly<Record<string, string | number>>;
interface Result {
  readonly data?: { readonly event_stream: readonly Row[] } | null;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}

let hedge: Hedge;
let database: pg.Client;

beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: METADATA,
    env: {
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '50',
      HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: 'true',
    },
  });
  database = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await database?.end();
  await hedge?.stop();
});

interface Stream {
  readonly columns: readonly {
    readonly name: string;
    readonly from: string | number;
    readonly desc?: true;
  }[];
  readonly size: number;
  /** Batches after which the consumer breaks off. */
  readonly patience: number;
}

const STREAMS: readonly Stream[] = [
  { columns: [{ name: 'id', from: 0 }], size: 1, patience: 7 },
  { columns: [{ name: 'id', from: 0 }], size: 6, patience: 1 },
  { columns: [{ name: 'id', from: 0 }], size: 1000, patience: 1 },
  { columns: [{ name: 'amount', from: '0' }], size: 5, patience: 2 },
  // Rows that are level come in one batch.
  { columns: [{ name: 'at', from: '2025-01-01' }], size: 2, patience: 3 },
  {
    columns: [
      { name: 'at', from: '2025-01-01' },
      { name: 'id', from: 0 },
    ],
    size: 4,
    patience: 2,
  },
  {
    columns: [
      { name: 'level', from: 9, desc: true },
      { name: 'id', from: 0 },
    ],
    size: 3,
    patience: 3,
  },
  {
    columns: [
      { name: 'level', from: -1 },
      { name: 'at', from: '2999-01-01', desc: true },
      { name: 'id', from: 1_000_000, desc: true },
    ],
    size: 7,
    patience: 1,
  },
];

const orderOf = ({ columns }: Stream): string =>
  columns.map(({ name, desc }) => `${name} ${desc ? 'desc' : 'asc'}`).join(', ');

/** One subscription, from its cursor on: the rows of as many batches as the consumer waits for, or all that it wants. */
function batches(
  subscribe: Subscribe,
  { columns, size, patience }: Stream,
  { after, wanted }: { readonly after: Row | undefined; readonly wanted: number },
): Promise<readonly Row[]> {
  const cursor = columns.map(({ name, from, desc }) => ({
    initial_value: { [name]: after?.[name] ?? from },
    ordering: desc ? 'DESC' : 'ASC',
  }));
  const query = `subscription ($size: Int!, $cursor: [event_stream_cursor_input]!) {
    event_stream(batch_size: $size, cursor: $cursor) { id level at amount } }`;
  return new Promise((resolve, reject) => {
    const rows: Row[] = [];
    let count = 0;
    const stop = subscribe(
      { query, variables: { size, cursor } },
      {
        next({ data, errors }) {
          const batch = data?.event_stream ?? [];
          if (errors) reject(new Error(errors.map(({ message }) => message).join()));
          rows.push(...batch);
          count += 1;
          if (rows.length < wanted && count < patience) return;
          stop();
          resolve(rows);
        },
        error: reject,
        complete: () => {},
      },
    );
  });
}

type Subscribe = (
  operation: { readonly query: string; readonly variables: Record<string, unknown> },
  sink: { next: (result: Result) => void; error: (reason: unknown) => void; complete: () => void },
) => () => void;

/** As it knows nothing of the data. */
type SseSink = Parameters<ReturnType<typeof createSse>['subscribe']>[1];

const TRANSPORTS = [
  {
    name: 'graphql-ws',
    open: () => {
      const client = createClient({
        url: `${hedge.url.replace(/^http/, 'ws')}/v1/graphql`,
        connectionParams: { headers: HEADERS },
      });
      const subscribe: Subscribe = (operation, sink) => client.subscribe(operation, sink);
      return { subscribe, end: () => void client.dispose() };
    },
  },
  {
    name: 'graphql-sse',
    open: () => {
      const client = createSse({ url: `${hedge.url}/v1/graphql`, headers: HEADERS });
      const subscribe: Subscribe = (operation, sink) => client.subscribe(operation, sink as SseSink);
      return { subscribe, end: () => client.dispose() };
    },
  },
];

describe.each(STREAMS.map((stream) => ({ stream, name: `${orderOf(stream)}, batches of ${stream.size}` })))(
  'a stream by $name',
  ({ stream }) => {
    it.each(TRANSPORTS)('loses and repeats nothing over $name', async ({ open }) => {
      const { subscribe, end } = open();
      const seen: Row[] = [];
      while (seen.length < ROWS) {
        seen.push(...(await batches(subscribe, stream, { after: seen.at(-1), wanted: ROWS - seen.length })));
      }
      // Behind the last there is nothing.
      const rest = await batches(subscribe, { ...stream, patience: 1 }, { after: seen.at(-1), wanted: 1 });
      expect(rest).toEqual([]);
      end();
      const { rows: expected } = await database.query<{ id: string }>(
        `select id from event order by ${orderOf(stream)}`,
      );
      const ids = seen.map(({ id }) => id);
      // Within rows that are level any order will do.
      expect(new Set(ids)).toEqual(new Set(expected.map(({ id }) => id)));
      expect(ids).toHaveLength(expected.length);
      if (stream.columns.some(({ name }) => name === 'id')) expect(ids).toEqual(expected.map(({ id }) => id));
    });
  },
);

it('a consumer that breaks off again and again sees what is written meanwhile, once', async () => {
  const stream: Stream = { columns: [{ name: 'id', from: ROWS }], size: 3, patience: 2 };
  const [transport] = TRANSPORTS;
  const { subscribe, end } = must(transport, 'there is a transport').open();
  const writer = (async () => {
    for (let n = 41; n <= 100; n += 1)
      await database.query('insert into event values ($1, 0, now(), 0)', [n]);
  })();
  const seen: Row[] = [];
  while (seen.length < 60) {
    seen.push(...(await batches(subscribe, stream, { after: seen.at(-1), wanted: 60 - seen.length })));
  }
  await writer;
  end();
  expect(seen.map(({ id }) => Number(id))).toEqual(Array.from({ length: 60 }, (_, n) => 41 + n));
});
