// A database's URL, an interval and a batch size from the command line -> the floor: what somebody would write by hand who
// has these subscribers only. One process polls with its SQL and tells sockets of graphql-transport-ws what changed.

import { createServer } from 'node:http';

import pg from 'pg';
import { type WebSocket, WebSocketServer } from 'ws';

import { must } from '../../../src/util/assert.ts';

const [url = '', interval = '1000', batch = '100'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
// A connection that is lost while nobody uses it would end the process.
pool.on('error', () => {});

const POLL = `select t.tenant, m.messages from unnest($1::int[]) as t(tenant), lateral (
  select coalesce(json_agg(json_build_object('id', id, 'text', text, 'write', write, 'at', at) order by id), '[]')::text as messages
  from message where message.tenant = t.tenant) m`;

interface Tenant {
  readonly sockets: Set<WebSocket>;
  messages: string;
}

const tenants = new Map<number, Tenant>();
let snapshot = '';
let statements = 0;

async function poll(of: readonly number[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(of.length / Number(batch)) }, (_, n) =>
    of.slice(n * Number(batch), (n + 1) * Number(batch)),
  );
  await Promise.all(
    batches.map(async (ids) => {
      statements += 1;
      const { rows } = await pool.query<{ tenant: number; messages: string }>(POLL, [ids]);
      for (const { tenant, messages } of rows) {
        const entry = tenants.get(tenant);
        if (!entry || entry.messages === messages) continue;
        entry.messages = messages;
        for (const socket of entry.sockets) socket.send(frameOf(messages));
      }
    }),
  );
}

function frameOf(messages: string): string {
  return `{"type":"next","id":"1","payload":{"data":{"message":${messages}}}}`;
}

async function tick(): Promise<void> {
  if (tenants.size === 0) return;
  statements += 1;
  const { rows } = await pool.query<{ now: string }>('select pg_current_snapshot()::text as now');
  const now = must(rows[0], 'a snapshot is a row').now;
  if (now === snapshot) return;
  snapshot = now;
  await poll([...tenants.keys()]);
}

setInterval(() => void tick(), Number(interval));

const server = createServer((request, response) => {
  void (async () => {
    const { searchParams, pathname } = new URL(request.url ?? '/', 'http://floor');
    if (pathname === '/statements') {
      response.end(String(statements));
      return;
    }
    const { rows } = await pool.query<{ at: number; tenant: number }>(
      'update message set write = $2 where id = $1 returning at, tenant',
      [searchParams.get('id'), searchParams.get('write')],
    );
    const { at, tenant } = must(rows[0], 'the message is there');
    response.end(String(at));
    await poll([tenant]);
  })();
});

const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  handleProtocols: ([first]) => first ?? false,
});
sockets.on('connection', (socket) => {
  let tenant = 0;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as {
      readonly type: string;
      readonly payload?: { readonly headers?: Readonly<Record<string, string>> };
    };
    if (message.type === 'connection_init') {
      tenant = Number(message.payload?.headers?.['x-hasura-user-id']);
      socket.send('{"type":"connection_ack"}');
      return;
    }
    const entry = tenants.get(tenant) ?? { sockets: new Set(), messages: '' };
    tenants.set(tenant, entry);
    entry.sockets.add(socket);
    if (entry.messages === '') void poll([tenant]);
    else socket.send(frameOf(entry.messages));
  });
  socket.on('close', () => {
    const entry = tenants.get(tenant);
    entry?.sockets.delete(socket);
    if (entry?.sockets.size === 0) tenants.delete(tenant);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
process.on('disconnect', () => process.exit());
