// A benchmark's command line -> its run, until it ends or is stopped; and its end as an exit code.

import type { Command } from 'commander';

import { createProgress, type Progress } from '../cli/progress.ts';
import { listenForShutdown, type Shutdown } from '../cli/shutdown.ts';
import { UserError } from '../database/user-error.ts';

/** Measures, and stops what was started for it, also when the user does not want to wait. @throws UserError then. */
export async function untilStopped<T>(
  measure: (progress: Progress, shutdown: Shutdown) => Promise<T>,
): Promise<T> {
  const shutdown = listenForShutdown();
  const stopped = shutdown.requested.then(() => {
    throw new UserError('Stopped.');
  });
  try {
    return await Promise.race([measure(createProgress(), shutdown), stopped]);
  } finally {
    await shutdown.stopAll();
  }
}

/** Runs the command line and ends the process. */
export async function runProgram(program: Command): Promise<never> {
  try {
    await program.parseAsync();
  } catch (error) {
    createProgress().error(
      error instanceof UserError
        ? error.message
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    );
    process.exitCode = 1;
  }
  // Sockets of answers that were given up may still be open.
  process.exit();
}
