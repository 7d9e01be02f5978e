// A port number -> the certainty that nobody listens there, before anything else is started.

import { createServer } from 'node:net';

import { InvalidArgumentError } from 'commander';

import { UserError } from '../database/user-error.ts';

/** Reads `--port`. 0 asks for any free port. @throws InvalidArgumentError when it is no port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/** @throws UserError when `port` on 127.0.0.1 cannot be listened on. */
export async function assertPortFree(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    throw new UserError(portFailure(port, (error as NodeJS.ErrnoException).code ?? String(error)));
  }
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

function portFailure(port: number, code: string): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on 127.0.0.1 is in use by another program. Stop it, or choose another port: --port ${port + 1}`;
  }
  if (code === 'EACCES') return `Port ${port} needs special rights. Choose one above 1023: --port 8080`;
  return `Port ${port} on 127.0.0.1 cannot be used (${code}). Choose another: --port 8081`;
}
