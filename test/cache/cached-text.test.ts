// Keeping and finding answers by themselves: stores that fail, answers that are no one else's, clearing meanwhile.

import { describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';
import type { Session } from '../../src/auth/types.ts';
import { cachedText, clearCached } from '../../src/cache/cached-text.ts';
import { memoryStore } from '../../src/cache/memory-store.ts';
import { NoRoomError } from '../../src/cache/no-room.ts';
import type { AnswerStore, CacheOutcome, Caching } from '../../src/cache/types.ts';
import type { Engine } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { planFor } from '../../src/execute/run.ts';
import { environmentOf } from '../../src/webhook/template.ts';

const artifact = openArtifact(
  encodeArtifact({
    version: ARTIFACT_VERSION,
    sources: [
      { name: 'default', databaseUrl: { fromEnv: 'DATABASE' }, naming: DEFAULT_NAMING, namespace: null },
    ],
    roles: [],
    inconsistencies: [],
  }),
);
const engine: Engine = {
  artifact,
  database: () => {
    throw new Error('not asked');
  },
  settings: { stringifyNumericTypes: false, booleanNullCollapse: false, enableAllowlist: false },
  plans: planCache(),
  environment: environmentOf({}),
};
const session: Session = {
  role: 'user',
  variables: new Map(),
  trusted: false,
  backend: false,
  expiresAt: null,
};
const QUERY = 'query @cached(ttl: 10) { __typename }';

interface World extends Caching {
  time: number;
}

function world(store: Partial<AnswerStore> = {}): World {
  const made: World = {
    time: 1_000_000,
    maxTtl: 60,
    deployment: () => '',
    storeFor: () => kept,
    now: () => made.time,
  };
  const kept = { ...memoryStore(made.now), ...store };
  return made;
}

/** The text `ask` gives, or one that was kept; and what was noted. */
async function run(
  caching: Caching,
  ask: () => Promise<string>,
  reply: [string, string][] = [],
): Promise<[text: string, Partial<CacheOutcome>[]]> {
  const plan = planFor(engine, session, { query: QUERY }, {});
  const noted: CacheOutcome[] = [];
  const arrival = { reply, noteCached: (outcome: CacheOutcome) => void noted.push(outcome) };
  const text = await cachedText(caching, { engine, session, plan, variables: {} }, { arrival, ask });
  return [text, noted.map(({ maxAge, warning }) => ({ maxAge, warning }))];
}

const gives = (text: string) => async (): Promise<string> => text;
const away = async (): Promise<never> => {
  throw new Error('away');
};

describe('an answer', () => {
  it('stays until its time is over', async () => {
    const caching = world();
    expect(await run(caching, gives('a'))).toEqual(['a', [{ maxAge: 10, warning: null }]]);
    caching.time += 3500;
    expect(await run(caching, gives('b'))).toEqual(['a', [{ maxAge: 7, warning: null }]]);
    caching.time += 6500;
    expect(await run(caching, gives('b'))).toEqual(['b', [{ maxAge: 10, warning: null }]]);
  });

  it('counts from when it was asked for', async () => {
    const caching = world();
    const slow = async (): Promise<string> => {
      caching.time += 4000;
      return 'a';
    };
    expect(await run(caching, slow)).toEqual(['a', [{ maxAge: 6, warning: null }]]);
  });

  it.each([
    ['all', () => ({ kind: 'all' }) as const],
    ['its family', (family: string) => ({ kind: 'family', family }) as const],
  ])('that was asked for before %s was cleared is not kept', async (_, clearing) => {
    const caching = world();
    let family = '';
    const plan = planFor(engine, session, { query: QUERY }, {});
    const question = { engine, session, plan, variables: {} };
    const arrival = { noteCached: (outcome: CacheOutcome) => void ({ family } = outcome) };
    await cachedText(caching, question, { arrival, ask: gives('first') });
    caching.time += 10_000;
    const meanwhile = async (): Promise<string> => {
      caching.time += 1;
      await clearCached(caching, null, clearing(family));
      caching.time += 1;
      return 'old';
    };
    expect((await run(caching, meanwhile))[0]).toBe('old');
    expect((await run(caching, gives('new')))[0]).toBe('new');
    expect((await run(caching, gives('newer')))[0]).toBe('new');
  });

  it('that sets a cookie is not kept, and one beside a cookie of before is', async () => {
    const caching = world();
    const reply: [string, string][] = [['Set-Cookie', 'login=1']];
    const setting = async (): Promise<string> => {
      reply.push(['set-cookie', 'cart=1']);
      return 'a';
    };
    expect(await run(caching, setting, reply)).toEqual([
      'a',
      [{ maxAge: null, warning: 'response-sets-cookie' }],
    ]);
    expect((await run(caching, gives('b'), reply))[0]).toBe('b');
    expect((await run(caching, gives('c')))[0]).toBe('b');
  });

  it('that is an error is thrown and not kept', async () => {
    const caching = world();
    await expect(run(caching, away)).rejects.toThrow('away');
    expect((await run(caching, gives('a')))[0]).toBe('a');
  });
});

describe('a store', () => {
  it('that cannot be read is as good as an empty one', async () => {
    const caching = world({ read: away });
    expect(await run(caching, gives('a'))).toEqual(['a', [{ maxAge: 10, warning: null }]]);
  });

  it.each([
    ['fails', new Error('away'), 'cache-store-error'],
    ['has no room', new NoRoomError(), 'cache-store-capacity-exceeded'],
  ])('that %s has the answer say so', async (_, error, warning) => {
    const caching = world({
      write: async () => {
        throw error;
      },
    });
    expect(await run(caching, gives('a'))).toEqual(['a', [{ maxAge: null, warning }]]);
  });

  it('that cannot be cleared says so', async () => {
    await expect(clearCached(world({ write: away }), null, { kind: 'all' })).rejects.toThrow('away');
  });
});

describe('the memory of an isolate', () => {
  const kept = (text: string, until = 10) => ({ text, since: 0, until });

  it('forgets what is over, and what was used longest ago', async () => {
    let time = 0;
    const store = memoryStore(() => time);
    const MB = 'x'.repeat(1_000_000);
    for (let i = 0; i < 16; i++) await store.write(`n${i}`, kept(MB));
    expect(await store.read('n0')).toBeDefined();
    await store.write('n16', kept(MB));
    expect(await store.read('n1')).toBeUndefined();
    expect(await store.read('n0')).toBeDefined();
    time = 10;
    expect(await store.read('n0')).toBeUndefined();
  });

  it('replaces, removes and refuses', async () => {
    const store = memoryStore(() => 0);
    await store.write('a', kept('1'));
    await store.write('a', kept('2'));
    expect((await store.read('a'))?.text).toBe('2');
    await store.remove('a');
    expect(await store.read('a')).toBeUndefined();
    await expect(store.write('a', kept('x'.repeat(2_000_001)))).rejects.toThrow(NoRoomError);
  });
});
