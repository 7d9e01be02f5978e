// Floor and engine at the same requests -> proof that they answer alike, then what was measured of both in turn.

import { getIntrospectionQuery } from 'graphql';

import { must } from '../../src/util/assert.ts';
import type { ServedWorker } from '../serve/serve-worker.ts';
import { CLASSES, type QueryClass } from './classes.ts';
import { type Answer, openConnection, requestBytes } from './http-client.ts';
import { type LoadGenerator, type LoadTarget, median, type Sample } from './load.ts';
import { ROLE } from './metadata.ts';
import { WRITE_CLASSES } from './writes.ts';

/** Different requests of a class; they are sent in turn. */
const DEFAULT_REQUESTS = 64;

/** Before anything is measured of a class. */
export const WARM_UP_ROUNDS = 15;
const WARM_UP_CONNECTIONS = 8;

const INTROSPECTION: QueryClass = {
  name: 'introspection',
  title: 'introspection, the standard query',
  query: getIntrospectionQuery(),
  variables: () => ({}),
};

export const ALL_CLASSES: readonly QueryClass[] = [...CLASSES, INTROSPECTION, ...WRITE_CLASSES];

/** Headers of every measured request: the role `user` as employee 3. */
export const HEADERS: Readonly<Record<string, string>> = { 'x-hasura-role': ROLE, 'x-hasura-user-id': '3' };

export interface Targets {
  readonly floor: ServedWorker;
  readonly engine: ServedWorker;
}

export type TargetName = keyof Targets;

const TARGET_NAMES: readonly TargetName[] = ['floor', 'engine'];

/** Where the floor answers a class: hand-written SQL, or a constant where no database is asked. */
function floorPath(queryClass: QueryClass): string {
  if (queryClass.floor) return '/v1/graphql';
  return queryClass.name === 'typename' ? '/constant' : '/introspection';
}

/** Runs SQL in the benchmark's database. */
export type Prepare = (sql: string) => Promise<void>;

/** The requests of a class, as the target is asked them; `from` counts their variables from another number. */
export function requestsFor(
  target: TargetName,
  url: string,
  queryClass: QueryClass,
  from = 0,
): { url: URL; requests: Buffer[] } {
  const address = new URL(target === 'engine' ? '/v1/graphql' : floorPath(queryClass), url);
  const requests = Array.from({ length: queryClass.requests ?? DEFAULT_REQUESTS }, (_, i) => {
    const variables = queryClass.variables(from + i);
    const body =
      Object.keys(variables).length > 0
        ? { query: queryClass.query, variables }
        : { query: queryClass.query };
    return requestBytes(address, HEADERS, JSON.stringify(body));
  });
  return { url: address, requests };
}

/** The answer of introspection, which the floor keeps as text. */
export async function introspectionAnswer(engine: ServedWorker): Promise<string> {
  const { url, requests } = requestsFor('engine', engine.url, INTROSPECTION);
  return (await answersOf(url, requests.slice(0, 1)))[0] ?? '';
}

/**
 * Sends every request of a class to both and compares the answers, whitespace aside.
 * @throws Error that shows both answers where they differ.
 */
export async function checkSameAnswers(
  targets: Targets,
  queryClass: QueryClass,
  prepare: Prepare,
): Promise<void> {
  const asked = async (target: TargetName): Promise<string[]> => {
    if (queryClass.prepare !== undefined) await prepare(queryClass.prepare);
    const { url, requests } = requestsFor(target, targets[target].url, queryClass);
    return await answersOf(url, requests.slice(0, DEFAULT_REQUESTS));
  };
  const [floor, engine] = [await asked('floor'), await asked('engine')];
  for (const [i, answer] of floor.entries()) {
    const other = engine[i] ?? '';
    if (!answer.startsWith('{"data":') || compactJson(answer) !== compactJson(other)) {
      throw new Error(
        `${queryClass.name}, request ${i}: floor and engine differ.\nfloor:  ${answer.slice(0, 600)}\nengine: ${other.slice(0, 600)}`,
      );
    }
  }
}

async function answersOf(url: URL, requests: readonly Buffer[]): Promise<string[]> {
  const connection = await openConnection(url);
  const answers: Answer[] = [];
  for (const request of requests) answers.push(await connection.send(request));
  connection.close();
  return answers.map(({ status, body }) =>
    status === 200 ? body.toString() : `status ${status}: ${body.toString()}`,
  );
}

function compactJson(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

export interface CompareOptions {
  readonly connections: readonly number[];
  /** Length of one round of each. */
  readonly seconds: number;
  readonly rounds: number;
  readonly prepare: Prepare;
}

export interface Comparison {
  readonly queryClass: QueryClass;
  readonly connections: number;
  readonly floor: Sample;
  readonly engine: Sample;
  /** Time per request of the engine over the floor's, the median of each round's own; 1 means equally fast. */
  readonly ratio: number;
}

/** Measures one class at each number of connections. */
export async function compare(
  load: LoadGenerator,
  targets: Targets,
  queryClass: QueryClass,
  options: CompareOptions,
): Promise<Comparison[]> {
  const { seconds, rounds, prepare } = options;
  const loads = TARGET_NAMES.map((target): LoadTarget => {
    // Where rows change, each has its own: what one deletes the other could not.
    const from = queryClass.prepare !== undefined && target === 'engine' ? (queryClass.requests ?? 0) : 0;
    const { url, requests } = requestsFor(target, targets[target].url, queryClass, from);
    return { url: url.href, requests };
  });
  const pids = TARGET_NAMES.map((target) => targets[target].pid);
  const comparisons: Comparison[] = [];
  // Both have run for a while, so that nothing of what a new isolate compiles is counted.
  await load.measure(
    { targets: loads, connections: WARM_UP_CONNECTIONS, seconds, rounds: WARM_UP_ROUNDS },
    pids,
  );
  for (const connections of options.connections) {
    if (queryClass.prepare !== undefined) await prepare(queryClass.prepare);
    const [floor, engine] = await load.measure({ targets: loads, connections, seconds, rounds }, pids);
    if (!floor || !engine) throw new Error('Invariant broken: a job gives a sample of each target');
    const ratios = engine.requestsPerSecond.map(
      (rate, round) => must(floor.requestsPerSecond[round], 'rounds have both') / rate,
    );
    comparisons.push({ queryClass, connections, floor, engine, ratio: median(ratios) });
  }
  return comparisons;
}
