// seeds/<database>/*.sql -> loaded into a database in the order of their names.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { connectDatabase } from '../database/connect.ts';
import { runFile } from './run-file.ts';

/**
 * Loads every SQL file of `folder`, each in a transaction. `onFile` is told each name.
 * @returns the names of the files.
 * @throws UserError naming file, line and Postgres' message.
 */
export async function applySeeds(
  url: string,
  folder: string,
  onFile: (name: string) => void,
): Promise<string[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  const client = await connectDatabase(url);
  try {
    for (const name of names) {
      onFile(name);
      const file = join(folder, name);
      await runFile(client, relative(process.cwd(), file), readFileSync(file, 'utf8'), async () => {});
    }
    return names;
  } finally {
    await client.end();
  }
}
