// Runs the command line as its users do: a process of its own, in a copy of a small project.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../scripts/bundle/paths.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs on. */
export interface Running {
  /** What it has printed on standard error so far. */
  stderr(): string;
  /** Resolves when standard output or error holds `text`; rejects when the command ends before, or after a minute. */
  printed(text: string | RegExp): Promise<string>;
  readonly ended: Promise<Ended>;
  interrupt(): Promise<Ended>;
  readonly process: ChildProcess;
}

const TIMEOUT_MS = 60_000;

/** Without what the tests' own environment may hold of settings and databases. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(HASURA_|HEDGE_|NEON_|DATABASE_URL|NO_COLOR)/.test(name),
    ),
  );
}

export function startHedge(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Running {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'cli', 'hedge.mjs'), ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    stderr: () => stderr,
    ended,
    process: child,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const fail = (why: string): void => {
          clearTimeout(timer);
          reject(new Error(`${why} before it printed ${text}:\n${stdout}\n${stderr}`));
        };
        const timer = setTimeout(() => fail('A minute passed'), TIMEOUT_MS);
        const look = (): void => {
          const found = new RegExp(text).exec(stdout) ?? new RegExp(text).exec(stderr);
          if (!found) return;
          clearTimeout(timer);
          resolve(found[0]);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.on('close', () => fail('The command ended'));
        look();
      }),
    async interrupt() {
      child.kill('SIGINT');
      return await ended;
    },
  };
}

export async function runHedge(...args: Parameters<typeof startHedge>): Promise<Ended> {
  return await startHedge(...args).ended;
}

/** A copy of test/cli/project in a folder of its own. */
export async function copyProject(): Promise<{ readonly dir: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'hedge-cli-'));
  await chmod(dir, 0o755); // so that its database is kept in it, and goes with it, also for root
  await cp(join(import.meta.dirname, 'project'), dir, { recursive: true });
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}
