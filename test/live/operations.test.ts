// An operation that was stopped while it was being planned -> nothing, also where its id has been taken again meanwhile.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Session } from '../../src/auth/types.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Engine } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import type { AppContext } from '../../src/http/types.ts';
import { createReceiver } from '../../src/live/connection/messages.ts';
import { createOperations } from '../../src/live/connection/operations.ts';
import { newOutbox } from '../../src/live/connection/outbox.ts';
import type { Client, Operation } from '../../src/live/connection/types.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Stages, startStages } from '../support/stages.ts';
import { METADATA, SQL } from './world.ts';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages(SQL);
});
afterAll(() => stages?.stop());

/** A socket of somebody whose session lacks what the permission compares with: no subscription can be bound. */
const SESSION: Session = {
  role: 'user',
  variables: new Map([['x-hasura-role', 'user']]),
  trusted: true,
  backend: false,
  expiresAt: null,
};

interface Socket {
  readonly client: Client;
  readonly sent: string[];
  /** Operations that nobody is to be told of any more. */
  readonly removed: Operation[];
  send(message: unknown): Promise<void>;
  /** Waits until one is planned. */
  planned(): Promise<void>;
  /** Lets the first of those that are planned go on: they wait for what their artifact is called. */
  goOn(): Promise<void>;
}

function socketOf(): Socket {
  const sent: string[] = [];
  const removed: Operation[] = [];
  const asked: (() => void)[] = [];
  const artifact = openArtifact(encodeArtifact(stages.compiled(METADATA)));
  const engine = {
    artifact: {
      ...artifact,
      digest: () => new Promise<string>((resolve) => asked.push(() => resolve('v1'))),
    },
    settings: { stringifyNumericTypes: false, booleanNullCollapse: false, enableAllowlist: false },
    plans: planCache(),
  } as unknown as Engine;
  const client: Client = {
    id: 'client',
    socket: { send: (text: string) => sent.push(text) } as unknown as WebSocket,
    protocol: 'graphql-transport-ws',
    api: 'graphql',
    headers: new Headers(),
    session: SESSION,
    initTimer: null,
    operations: new Map(),
    turn: undefined,
    waiting: 0,
    lastWrite: undefined,
    outbox: newOutbox(),
    isClosed: false,
  };
  const context = {
    config: readConfig({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET }),
    engine: () => engine,
    newestEngine: () => Promise.resolve(engine),
    log: () => {},
  } as unknown as AppContext;
  const fail = (): never => {
    throw new Error('nothing can be subscribed to here');
  };
  const shared = {
    context,
    waitUntil: () => {},
    registry: {
      remove: (operation: Operation) => void removed.push(operation),
      hasCohorts: () => false,
      cohort: fail,
      add: fail,
      find: fail,
      restore: fail,
      touch: fail,
      unwanted: fail,
      isEmpty: fail,
      registrations: fail,
    },
    log: { connection() {}, rejected() {}, operation() {} },
    sockets: { clients: new Map([[client.id, client]]), close: fail, enter: fail, isOver: () => false },
    outboxEvents: { onHeld: fail, onReleased: fail, onTooSlow: fail },
  };
  const operations = createOperations({ ...shared, store: { setVersion() {} }, planned: { version: null } });
  const receive = createReceiver({ ...shared, operations });
  return {
    client,
    sent,
    removed,
    send: (message) => receive(client, JSON.stringify(message)),
    planned: () => expect.poll(() => asked.length).toBeGreaterThan(0),
    async goOn() {
      asked.shift()?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

const subscribe = (id: string) => ({
  type: 'subscribe',
  id,
  payload: { query: 'subscription { item { id } }' },
});

describe('an operation that was stopped', () => {
  it('does not end the one that has its id now', async () => {
    const { client, sent, send, planned, goOn, removed } = socketOf();
    await send(subscribe('1'));
    const old = client.operations.get('1');
    await planned();
    await send({ type: 'complete', id: '1' });
    await send(subscribe('1'));
    const current = client.operations.get('1');
    expect(current).not.toBe(old);
    await goOn();
    expect({ sent, open: client.operations.get('1') === current }).toEqual({ sent: [], open: true });
    expect(removed).toEqual([old]);
    await planned();
    await goOn();
    expect(sent.map((text) => JSON.parse(text) as unknown)).toMatchObject([{ type: 'error', id: '1' }]);
    expect(client.operations.size).toBe(0);
  });
});
