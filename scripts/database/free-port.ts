// Nothing -> the number of a loopback port that is free at this moment.

import { createServer } from 'node:net';

/** Asks the system for a free port on 127.0.0.1. Another program may take it before it is used: retry where that matters. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
