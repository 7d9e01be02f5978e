// A build served with each way of authentication -> time per request beside the admin secret.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { SignJWT } from 'jose';

import { must } from '../../src/util/assert.ts';
import { type ServedWorker, serveWorker } from '../serve/serve-worker.ts';
import type { RuntimeSettings } from '../serve/workerd-config.ts';
import { CLASSES, type QueryClass } from './classes.ts';
import { type CompareOptions, HEADERS, WARM_UP_ROUNDS } from './compare.ts';
import { requestBytes } from './http-client.ts';
import { type LoadGenerator, type LoadTarget, median, type Sample } from './load.ts';

const AUTH_CLASSES: ReadonlySet<string> = new Set(['typename', 'by_pk']);
const CONNECTIONS = 8;
const REQUESTS = 64;
/** More than an isolate remembers, so that each is verified anew when its turn comes again. */
const NEW_TOKENS = 1500;

/** What a request costs over one with the admin secret. */
export interface AuthCost {
  /** Of the time per request, the median of each round's own. */
  readonly time: number;
  /** Of the CPU time; NaN where the system does not tell. */
  readonly cpu: number;
}

export interface AuthRatio {
  readonly title: string;
  /** In the order of the classes. */
  readonly ratios: readonly AuthCost[];
}

export interface AuthRatios {
  /** Titles of the classes. */
  readonly classes: readonly string[];
  readonly modes: readonly AuthRatio[];
}

/** A way of authentication. */
interface Mode {
  readonly title: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The credentials of one request after the other. */
  readonly credentials: readonly Readonly<Record<string, string>>[];
}

interface Context {
  readonly bundleDir: string;
  readonly artifactText: string;
  readonly settings: RuntimeSettings;
  readonly environment: Readonly<Record<string, string>>;
}

/** Asks a worker with the admin secret, and one with another way of authentication, in turn. */
export async function measureAuth(
  context: Context,
  load: LoadGenerator,
  options: Pick<CompareOptions, 'seconds' | 'rounds'>,
): Promise<AuthRatios> {
  const hook = await startHook();
  const secret = randomBytes(32).toString('hex');
  const start = (settings: Mode['settings']): Promise<ServedWorker> =>
    serveWorker({
      ...context,
      environment: { ...context.environment, ...settings, HASURA_GRAPHQL_ADMIN_SECRET: secret },
      port: 0,
      log: 'ignore',
    });
  const byAdminSecret = await start({});
  const classes = CLASSES.filter(({ name }) => AUTH_CLASSES.has(name));
  const modes: AuthRatio[] = [];
  try {
    for (const mode of [...(await tokenModes()), hook.mode]) {
      const worker = await start(mode.settings);
      const ratios: AuthCost[] = [];
      for (const queryClass of classes) {
        const targets = [
          targetOf(byAdminSecret, queryClass, [{ ...HEADERS, 'x-hasura-admin-secret': secret }]),
          targetOf(worker, queryClass, mode.credentials),
        ];
        const job = { targets, connections: CONNECTIONS, seconds: options.seconds };
        const pids = [byAdminSecret.pid, worker.pid];
        await load.measure({ ...job, rounds: WARM_UP_ROUNDS }, pids);
        const [base, own] = await load.measure({ ...job, rounds: options.rounds }, pids);
        ratios.push(costOf(must(own, 'of each'), must(base, 'of each')));
      }
      modes.push({ title: mode.title, ratios });
      await worker.stop();
    }
  } finally {
    await byAdminSecret.stop();
    await hook.stop();
  }
  return { classes: classes.map(({ title }) => title), modes };
}

function costOf(own: Sample, base: Sample): AuthCost {
  const times = own.requestsPerSecond.map(
    (rate, round) => must(base.requestsPerSecond[round], 'rounds have both') / rate,
  );
  return { time: median(times), cpu: (own.cpuMs ?? Number.NaN) / (base.cpuMs ?? Number.NaN) };
}

function targetOf(
  worker: ServedWorker,
  { query, variables }: QueryClass,
  credentials: Mode['credentials'],
): LoadTarget {
  const url = new URL('/v1/graphql', worker.url);
  const requests = Array.from({ length: Math.max(REQUESTS, credentials.length) }, (_, i) =>
    requestBytes(
      url,
      must(credentials[i % credentials.length], 'a mode has credentials'),
      JSON.stringify({ query, variables: variables(i) }),
    ),
  );
  return { url: url.href, requests };
}

async function tokenModes(): Promise<Mode[]> {
  const hs = randomBytes(32).toString('hex');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (key: typeof rsa.publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();
  const algorithms = [
    { type: 'HS256', key: hs, signer: new TextEncoder().encode(hs) },
    { type: 'RS256', key: pem(rsa.publicKey), signer: rsa.privateKey },
    { type: 'ES256', key: pem(ec.publicKey), signer: ec.privateKey },
  ];
  const modes: Mode[] = [];
  for (const { type, key, signer } of algorithms) {
    const settings = { HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type, key }) };
    const claims = {
      'x-hasura-default-role': HEADERS['x-hasura-role'],
      'x-hasura-allowed-roles': [HEADERS['x-hasura-role']],
      'x-hasura-user-id': HEADERS['x-hasura-user-id'],
    };
    const credentials = await Promise.all(
      Array.from({ length: NEW_TOKENS }, async (_, i) => {
        const token = await new SignJWT({ 'https://hasura.io/jwt/claims': claims })
          .setProtectedHeader({ alg: type })
          .setJti(String(i))
          .setIssuedAt()
          .setExpirationTime('1 day')
          .sign(signer);
        return { authorization: `Bearer ${token}` };
      }),
    );
    modes.push(
      { title: `${type}, a token seen before`, settings, credentials: credentials.slice(0, 1) },
      { title: `${type}, a new token each time`, settings, credentials },
    );
  }
  return modes;
}

/** A webhook that lets everybody in, and allows its answer to be kept. */
async function startHook(): Promise<{ readonly mode: Mode; stop(): Promise<void> }> {
  const answer = JSON.stringify({ ...HEADERS, 'Cache-Control': 'max-age=3600' });
  const server = createServer((_, response) => response.end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    mode: {
      title: 'webhook, its answer kept',
      settings: { HASURA_GRAPHQL_AUTH_HOOK: `http://127.0.0.1:${port}/` },
      credentials: [{ authorization: 'Bearer benchmark' }],
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
