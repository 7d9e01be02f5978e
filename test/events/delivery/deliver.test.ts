// Claims on a real database and real webhooks: what is sent, what is written of it, and what faults do to both.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { claimEvents } from '../../../src/events/delivery/claim.ts';
import { deliverClaim } from '../../../src/events/delivery/deliver.ts';
import { signerOf } from '../../../src/events/delivery/signature.ts';
import { NeonError } from '../../../src/execute/neon-error.ts';
import type { Database } from '../../../src/execute/types.ts';
import { refuse } from '../../../src/transform/error.ts';
import type { Bench } from './bench.ts';
import { byName, NAME, startBench } from './bench.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});
afterAll(async () => {
  await bench.stop();
});
beforeEach(async () => {
  await bench.reset();
});

const NONE = { delivered: 0, failed: 0, retry: 0, released: 0, late: 0 };

describe('what is sent', () => {
  it('is Hasura’s body, with numbers as they were recorded', async () => {
    const id = 'b4917b5d-3a3a-4f7a-8a3f-000000000001';
    await bench.client.query(
      `insert into hdb_catalog.event_log (id, schema_name, table_name, trigger_name, payload, tries, created_at)
       values ($1, 'public', 'order', $2, $3, 2, '2026-01-02T03:04:05.678901')`,
      [
        id,
        NAME,
        `{"op": "INSERT", "data": {"old": null, "new": {"big": 9007199254740993, "exact": 1.10}},
          "session_variables": {"x-hasura-role": "user"},
          "trace_context": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "sampling_state": "1"}}`,
      ],
    );
    const trigger = bench.trigger({
      retries: 3,
      webhook: { text: '{{BASE}}/a b' },
      headers: [
        { name: 'x-fixed', value: 'one' },
        { name: 'x-secret', valueFromEnv: 'SECRET' },
        { name: 'x-made', value: 'of {{SECRET}}' },
        { name: 'User-Agent', value: 'another' },
      ],
    });
    const environment = (name: string): string | undefined =>
      ({ BASE: bench.webhook.url, SECRET: 'hidden-value' })[name];
    const context = bench.context([trigger], { environment });
    expect(await deliverClaim(context, await bench.claim([trigger]))).toEqual({ ...NONE, delivered: 1 });

    const [received] = bench.webhook.received;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/a%20b',
      body: {
        id,
        created_at: '2026-01-02T03:04:05.678901',
        table: { schema: 'public', name: 'order' },
        trigger: { name: NAME },
        delivery_info: { current_retry: 2, max_retries: 3 },
        event: {
          op: 'INSERT',
          session_variables: { 'x-hasura-role': 'user' },
          trace_context: { sampling_state: '1' },
        },
      },
      headers: {
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^hasura-graphql-engine\/v2\./) as string,
        'x-fixed': 'one',
        'x-secret': 'hidden-value',
        'x-made': 'of hidden-value',
        'x-b3-traceid': '4bf92f3577b34da6a3ce929d0e0e4736',
        'x-b3-parentspanid': '00f067aa0ba902b7',
        'x-b3-sampled': '1',
        traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/) as string,
      },
    });
    expect(received?.headers).not.toHaveProperty('webhook-signature');

    const { rows } = await bench.client.query<{ request: string; all: string }>(
      `select request::text, (request::text || response::text) as all from hdb_catalog.event_invocation_logs`,
    );
    expect(rows[0]?.request).toContain('"big": 9007199254740993, "exact": 1.10');
    expect(rows[0]?.all).not.toContain('hidden-value');
    const [invocation] = await bench.invocations();
    expect(invocation).toMatchObject({
      trigger_name: NAME,
      event_id: id,
      status: 200,
      request: {
        payload: { id, delivery_info: { current_retry: 2 } },
        headers: [
          { name: 'Content-Type', value: 'application/json' },
          { name: 'User-Agent' },
          { name: 'x-fixed', value: 'one' },
          { name: 'x-secret', value_from_env: 'SECRET' },
          { name: 'x-made', value: 'of {{SECRET}}' },
        ],
        version: '2',
      },
      response: { type: 'webhook_response', data: { status: 200, body: '' }, version: '2' },
    });
    expect(await bench.states()).toEqual([`${NAME} delivered tries 3`]);
  });

  it.each([
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05'],
    ['2026-01-02 03:04:05.1', '2026-01-02T03:04:05.100'],
    ['2026-01-02 03:04:05.000001', '2026-01-02T03:04:05.000001'],
    ['2026-01-02 03:04:05.12', '2026-01-02T03:04:05.120'],
  ])('has the time %s as %s', async (recorded, sent) => {
    await bench.record(1);
    await bench.client.query('update hdb_catalog.event_log set created_at = $1', [recorded]);
    await deliverClaim(bench.context([bench.trigger()]), await bench.claim([bench.trigger()]));
    expect(bench.webhook.received[0]?.body).toMatchObject({ created_at: sent });
  });
});

it('a signed call has the same id at each try', async () => {
  const [id] = await bench.record(1);
  const trigger = bench.trigger({ retries: 1, intervalSeconds: 0 });
  const signer = await signerOf([`whsec_${btoa('a secret of twenty-four b')}`]);
  bench.webhook.reply(() => ({ status: 500 }));
  for (let tries = 0; tries < 2; tries++) {
    await deliverClaim(bench.context([trigger], { signer }), await bench.claim([trigger]));
  }
  const signature = expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/) as string;
  expect(bench.webhook.received.map(({ headers }) => headers)).toMatchObject([
    { 'webhook-id': id, 'webhook-signature': signature },
    { 'webhook-id': id, 'webhook-signature': signature },
  ]);
});

describe('what becomes of it', () => {
  const retrying = { retries: 1, intervalSeconds: 77 };

  it.each([
    ['any 2xx', { status: 204 }, {}, ['delivered tries 1'], 'delivered'],
    ['a failure', { status: 500, body: 'no' }, {}, ['error tries 1'], 'failed'],
    ['a failure with retries left', { status: 404 }, retrying, ['tries 1 again in 77'], 'retry'],
    [
      'a redirect, not followed',
      { status: 302, headers: { location: '/other' } },
      {},
      ['error tries 1'],
      'failed',
    ],
    [
      'Retry-After of a failure',
      { status: 429, headers: { 'retry-after': '5' } },
      {},
      ['tries 1 again in 5'],
      'retry',
    ],
    [
      'Retry-After of a success',
      { status: 200, headers: { 'retry-after': '5' } },
      {},
      ['delivered tries 1'],
      'delivered',
    ],
    ['no answer', { hangUp: true }, retrying, ['tries 1 again in 77'], 'retry'],
    ['an answer after the time-out', { delayMs: 3000 }, { timeoutSeconds: 0.2 }, ['error tries 1'], 'failed'],
    ['a success that is too long', { body: 'x'.repeat(1_000_000) }, {}, ['delivered tries 1'], 'delivered'],
    ['an answer that no text can hold', { body: 'a\0b' }, {}, ['delivered tries 1'], 'delivered'],
  ] as const)('%s', async (_, reply, changes, states, kind) => {
    bench.webhook.reply(() => reply);
    const trigger = bench.trigger(changes);
    await bench.record(1);
    expect(await deliverClaim(bench.context([trigger]), await bench.claim([trigger]))).toEqual({
      ...NONE,
      [kind]: 1,
    });
    expect(await bench.states()).toEqual(states.map((state) => `${NAME} ${state}`));
    expect(bench.webhook.received).toHaveLength(1);
    const [invocation] = await bench.invocations();
    const status = 'status' in reply ? reply.status : 200;
    if (invocation?.response.type === 'client_error') expect(invocation.status).toBeNull();
    else expect(invocation).toMatchObject({ status, response: { data: { status } } });
    expect(JSON.stringify(invocation).length).toBeLessThan(2000);
  });

  it('says why there was no answer', async () => {
    const trigger = bench.trigger({ webhook: { text: 'http://127.0.0.1:1/secret-path' } });
    await bench.record(1);
    await deliverClaim(bench.context([trigger]), await bench.claim([trigger]));
    const [invocation] = await bench.invocations();
    expect(invocation?.response).toEqual({
      type: 'client_error',
      data: { message: '{"type":"http_exception","message":"Connection failure"}' },
      version: '2',
    });
  });

  it('logs the beginning of a long answer', async () => {
    bench.webhook.reply(() => ({ body: '😀'.repeat(50_000) }));
    await bench.record(1);
    await deliverClaim(bench.context([bench.trigger()]), await bench.claim([bench.trigger()]));
    const [invocation] = await bench.invocations();
    const body = String(invocation?.response.data['body']);
    expect(body).toHaveLength(64 * 1024 + '… (cut)'.length);
    expect(body).toMatch(/^(?:😀)+… \(cut\)$/u);
  });

  it('a variable that is not set is a failure like others, with its name', async () => {
    const trigger = bench.trigger({ webhook: { fromEnv: 'HOOK' }, ...retrying });
    await bench.record(1);
    await deliverClaim(bench.context([trigger]), await bench.claim([trigger]));
    expect(await bench.states()).toEqual([`${NAME} tries 1 again in 77`]);
    const [invocation] = await bench.invocations();
    expect(invocation?.response.data).toEqual({ message: "environment variable 'HOOK' not set" });
    expect(bench.webhook.received).toEqual([]);
  });

  it('an event of a trigger that is unknown here is not tried, and not lost', async () => {
    await bench.record(1);
    const context = bench.context([]);
    expect(await deliverClaim(context, await bench.claim([bench.trigger()]))).toEqual({
      ...NONE,
      released: 1,
    });
    expect(await bench.states()).toEqual([`${NAME} tries 0 again in 60`]);
    expect(await bench.invocations()).toEqual([]);
  });

  it('what cannot begin in time is given back, untried', async () => {
    await bench.record(3);
    let now = 0;
    bench.webhook.reply(() => {
      now += 61_000;
      return {};
    });
    const trigger = bench.trigger({ concurrency: 1 });
    const claim = await bench.claim([bench.trigger()]);
    expect(await deliverClaim(bench.context([trigger], { now: () => now }), claim)).toEqual({
      ...NONE,
      delivered: 1,
      released: 2,
    });
    expect(await bench.states()).toEqual([`${NAME} delivered tries 1`, `${NAME} tries 0`, `${NAME} tries 0`]);
  });
});

describe('a poison event', () => {
  it('whose transform fails has no other try, and the rest of the batch goes on', async () => {
    await bench.record(1, { data: { old: null, new: { poison: true } } });
    await bench.record(2);
    const trigger = bench.trigger({
      retries: 5,
      transformRequest: (call) => {
        if (call.body?.includes('poison') === true) refuse('bad template');
        return { ...call, body: '{"changed":true}' };
      },
    });
    expect(await deliverClaim(bench.context([trigger]), await bench.claim([trigger]))).toEqual({
      ...NONE,
      failed: 1,
      delivered: 2,
    });
    expect(bench.webhook.received.map(({ body }) => body)).toEqual([{ changed: true }, { changed: true }]);
    const failed = (await bench.invocations()).find(({ status }) => status === null);
    expect(JSON.parse(String(failed?.response.data['message']))).toMatchObject([{ message: 'bad template' }]);
  });

  it('whose transform makes what Postgres cannot log is recorded, and so is the rest of the batch', async () => {
    await bench.record(2);
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    let isFirst = true;
    const trigger = bench.trigger({
      transformRequest: (call) => {
        if (!isFirst) return call;
        isFirst = false;
        return { ...call, body: deep };
      },
    });
    expect(await deliverClaim(bench.context([trigger]), await bench.claim([trigger]))).toEqual({
      ...NONE,
      delivered: 2,
    });
    expect(await bench.states()).toEqual([`${NAME} delivered tries 1`, `${NAME} delivered tries 1`]);
    expect(await bench.invocations()).toMatchObject([
      { request: { payload: null } },
      { request: { payload: null } },
    ]);
  });

  it('of 3 MB is delivered whole and logged without its data', async () => {
    await bench.record(1, { data: { old: null, new: { text: 'x'.repeat(3_000_000) } } });
    await deliverClaim(bench.context([bench.trigger()]), await bench.claim([bench.trigger()]));
    expect(JSON.stringify(bench.webhook.received[0]?.body).length).toBeGreaterThan(3_000_000);
    const [invocation] = await bench.invocations();
    expect(invocation?.request).toMatchObject({ payload: { trigger: { name: NAME }, event: null } });
  });

  it('with a trace that is none is sent with a trace of its own', async () => {
    await bench.record(1);
    await bench.client.query(
      `update hdb_catalog.event_log set payload = payload || '{"trace_context": {"trace_id": "a\\r\\nx: y", "span_id": 7}}'`,
    );
    await deliverClaim(bench.context([bench.trigger()]), await bench.claim([bench.trigger()]));
    expect(bench.webhook.received[0]?.headers['x-b3-traceid']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('nested as deep as a column may hold does not keep its batch from being recorded', async () => {
    const deep = '['.repeat(3000) + ']'.repeat(3000);
    await bench.record(1);
    await bench.client.query(
      `update hdb_catalog.event_log set payload = jsonb_build_object('op', 'INSERT', 'data', $1::jsonb)`,
      [deep],
    );
    await bench.record(1);
    const claim = await bench.claim([bench.trigger()]);
    expect(await deliverClaim(bench.context([bench.trigger()]), claim)).toEqual({ ...NONE, delivered: 2 });
  });
});

describe('faults', () => {
  const trigger = (): ReturnType<Bench['trigger']> => bench.trigger({ retries: 1 });

  it('two consumers of one message: each event is sent once', async () => {
    await bench.record(20);
    const claim = await bench.claim([trigger()]);
    const context = bench.context([trigger()]);
    const [one, two] = await Promise.all([deliverClaim(context, claim), deliverClaim(context, claim)]);
    expect(one.delivered + two.delivered).toBe(20);
    expect(bench.webhook.received).toHaveLength(20);
    expect(await bench.invocations()).toHaveLength(20);
  });

  it('a webhook that answers after the lease: the late worker changes nothing', async () => {
    await bench.record(1);
    const context = bench.context([trigger()]);
    let others: unknown;
    let isFirst = true;
    bench.webhook.reply(() => {
      if (!isFirst) return { status: 200 };
      isFirst = false;
      return { status: 500, delayMs: 400 };
    });
    const late = deliverClaim(context, await bench.claim([trigger()]));
    while (bench.webhook.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.endLeases();
    others = await deliverClaim(context, await bench.claim([trigger()]));
    expect(others).toEqual({ ...NONE, delivered: 1 });
    const before = await bench.states();
    expect(await late).toEqual({ ...NONE, late: 1 });
    expect(await bench.states()).toEqual(before);
    expect(before).toEqual([`${NAME} delivered tries 1`]);
    expect(await bench.invocations()).toMatchObject([{ status: 200 }]);
  });

  it('a worker that dies after the answer: sent again when its lease is over, tries as many as the log has', async () => {
    const ids = await bench.record(2);
    const broken = brokenFor((sql) => sql.includes('event_invocation_logs'), Infinity);
    await expect(
      deliverClaim(bench.context([trigger()], { database: broken }), await bench.claim([trigger()])),
    ).rejects.toThrow('cut off');
    expect(await bench.states()).toEqual([`${NAME} tries 0 locked`, `${NAME} tries 0 locked`]);
    expect(await claimEvents(bench.database, byName([trigger()]), 10)).toBeUndefined();
    await bench.endLeases();
    await deliverClaim(bench.context([trigger()]), await bench.claim([trigger()]));
    expect(bench.webhook.received.map(({ body }) => (body as { id: string }).id).toSorted()).toEqual(
      [...ids, ...ids].toSorted(),
    );
    expect(await bench.states()).toEqual([`${NAME} delivered tries 1`, `${NAME} delivered tries 1`]);
    expect(await bench.invocations()).toHaveLength(2);
  });

  it('a database that is away for a moment: outcomes are written when it is back', async () => {
    await bench.record(2);
    const broken = brokenFor((sql) => sql.includes('event_invocation_logs'), 2);
    const context = bench.context([trigger()], { database: broken });
    expect(await deliverClaim(context, await bench.claim([trigger()]))).toEqual({ ...NONE, delivered: 2 });
    expect(bench.webhook.received).toHaveLength(2);
  });

  it('a write whose answer is lost is made once', async () => {
    await bench.record(1);
    const database: Database = {
      ...bench.database,
      async query(statement) {
        const result = await bench.database.query(statement);
        if (statement.sql.includes('event_invocation_logs') && losses-- > 0) throw new NeonError('cut off');
        return result;
      },
    };
    let losses = 1;
    await deliverClaim(bench.context([trigger()], { database }), await bench.claim([trigger()]));
    expect(await bench.states()).toEqual([`${NAME} delivered tries 1`]);
    expect(await bench.invocations()).toHaveLength(1);
  });

  it('retries are counted until they are used up, and the last one is final', async () => {
    await bench.record(1);
    bench.webhook.reply(() => ({ status: 503 }));
    const twice = bench.trigger({ retries: 2, intervalSeconds: 0 });
    for (let tries = 0; tries < 3; tries++) {
      await deliverClaim(bench.context([twice]), await bench.claim([twice]));
    }
    expect(bench.webhook.received.map(({ body }) => body)).toMatchObject(
      [0, 1, 2].map((current) => ({ delivery_info: { current_retry: current, max_retries: 2 } })),
    );
    expect(await bench.states()).toEqual([`${NAME} error tries 3`]);
    expect(await claimEvents(bench.database, byName([twice]), 10)).toBeUndefined();
  });

  it('a trigger that goes while its webhook is called keeps its events archived', async () => {
    await bench.record(1);
    bench.webhook.reply(() => ({ status: 500, delayMs: 200 }));
    const delivery = deliverClaim(bench.context([trigger()]), await bench.claim([trigger()]));
    while (bench.webhook.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await bench.client.query('update hdb_catalog.event_log set archived = true');
    expect(await delivery).toEqual({ ...NONE, retry: 1 });
    await bench.client.query('update hdb_catalog.event_log set next_retry_at = null');
    expect(await claimEvents(bench.database, byName([trigger()]), 10)).toBeUndefined();
  });
});

describe('many', () => {
  it('cost three statements for a hundred', async () => {
    await bench.record(100);
    const context = bench.context([bench.trigger()]);
    expect(await deliverClaim(context, await bench.claim([bench.trigger()], 100))).toEqual({
      ...NONE,
      delivered: 100,
    });
    expect(bench.statements() / 100).toBeLessThan(0.1);
    expect(bench.statements()).toBe(3);
    expect(await bench.invocations()).toHaveLength(100);
  });

  it('are delivered side by side, within the limits of a trigger and of all', async () => {
    bench.webhook.reply(() => ({ delayMs: 30 }));
    const one = bench.trigger({ concurrency: 3 });
    await bench.record(12);
    await deliverClaim(bench.context([one]), { ...(await bench.claim([bench.trigger()])) });
    expect(bench.webhook.atOnce()).toBe(3);
    bench.webhook.reset();
    bench.webhook.reply(() => ({ delayMs: 30 }));
    await bench.record(12);
    await deliverClaim(
      bench.context([bench.trigger()], { concurrency: 5 }),
      await bench.claim([bench.trigger()]),
    );
    expect(bench.webhook.atOnce()).toBe(5);
  });

  it('are not delayed by a webhook that hangs: others are recorded before it ends', async () => {
    const slow = bench.trigger({
      name: 'slow',
      concurrency: 2,
      webhook: { text: `${bench.webhook.url}/slow` },
    });
    const fast = bench.trigger({ name: 'fast' });
    bench.webhook.reply(({ path }) => (path === '/slow' ? { delayMs: 3000 } : {}));
    await bench.record(2, { trigger: 'slow' });
    await bench.record(10, { trigger: 'fast' });
    const delivery = deliverClaim(bench.context([slow, fast]), await bench.claim([slow, fast]));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const states = await bench.states();
    expect(states.filter((state) => state === 'fast delivered tries 1')).toHaveLength(10);
    expect(states.filter((state) => state === 'slow tries 0 locked')).toHaveLength(2);
    expect(await delivery).toEqual({ ...NONE, delivered: 12 });
  });
});

/** A database that cannot be reached for some statements, so many times. */
function brokenFor(isCut: (sql: string) => boolean, times: number): Database {
  let left = times;
  return {
    ...bench.database,
    async query(statement) {
      if (isCut(statement.sql) && left-- > 0) throw new NeonError('cut off');
      return await bench.database.query(statement);
    },
  };
}
