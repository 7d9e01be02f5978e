// A number of sockets over some cohorts -> subscribers in threads of their own, and what they were told since last asked.

import { Worker } from 'node:worker_threads';

/** What a thread is told. */
export type ThreadJob =
  | {
      readonly kind: 'open';
      /** `ws://127.0.0.1:8080/v1/graphql` */
      readonly url: string;
      /** The tenant of each socket. */
      readonly tenants: readonly number[];
    }
  | { readonly kind: 'take' };

/** What a thread saw since it was asked last. */
export interface Seen {
  /** Triples: socket, number of the newest write in the result, when it came (milliseconds since 1970). */
  readonly results: Float64Array;
  /** Results that were the same as the one before. */
  readonly duplicates: number;
  /** Errors, and sockets that were closed by the other side. */
  readonly faults: readonly string[];
}

export type ThreadAnswer = { readonly kind: 'opened' } | ({ readonly kind: 'seen' } & Seen);

/** Subscribers; `tenants[socket]` says whose messages a socket sees. */
export interface Clients {
  readonly tenants: readonly number[];
  /** What was told since the last call, or since all had their first result. */
  take(): Promise<readonly Seen[]>;
  close(): Promise<void>;
}

/** Sockets are numbered through all threads: those of a thread begin at the ones before it. */
export interface ThreadData {
  readonly first: number;
}

/** Threads that hold the sockets: more than cores would only wait for each other. */
const THREADS = 2;

/** Opens the sockets; resolves when each has its first result. @throws Error when one cannot be opened. */
export async function openClients(url: string, sockets: number, cohorts: number): Promise<Clients> {
  const tenants = Array.from({ length: sockets }, (_, n) => n % cohorts);
  const share = Math.ceil(sockets / THREADS);
  const threads = Array.from({ length: Math.min(THREADS, sockets) }, (_, n) => {
    const workerData: ThreadData = { first: n * share };
    const thread = new Worker(new URL('./client-thread.ts', import.meta.url), { workerData });
    return { thread, tenants: tenants.slice(n * share, (n + 1) * share) };
  });
  const close = async (): Promise<void> => {
    await Promise.all(threads.map(({ thread }) => thread.terminate()));
  };
  try {
    await Promise.all(threads.map((each) => ask(each.thread, { kind: 'open', url, tenants: each.tenants })));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    tenants,
    close,
    async take() {
      const answers = await Promise.all(threads.map(({ thread }) => ask(thread, { kind: 'take' })));
      return answers.filter((answer) => answer.kind === 'seen');
    },
  };
}

function ask(thread: Worker, job: ThreadJob): Promise<ThreadAnswer> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (answer: ThreadAnswer) => {
      thread.off('error', reject);
      resolve(answer);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    thread.postMessage(job);
  });
}
