// Which kinds of databases there are: Postgres.

import { anything, nonEmptyText, object } from '../args/parse.ts';
import { fail, readArgs } from '../commands/command.ts';
import type { Command } from '../types.ts';

/** `{"sources": [{"kind": "pg", …}]}` */
export function listSourceKinds(command: Command): unknown {
  readArgs(anything, command.args, command);
  return { sources: [{ kind: 'pg', builtin: true, display_name: 'pg', available: true }] };
}

const capabilitiesArgs = object('GetSourceKindCapabilities', (fields) => ({
  name: fields.required('name', nonEmptyText),
}));

/** Only data connectors describe themselves, and there are none. @throws HedgeError `not-found`, always. */
export function sourceKindCapabilities(command: Command): never {
  const { name } = readArgs(capabilitiesArgs, command.args, command);
  return fail(
    'not-found',
    `Source Kind ${JSON.stringify(name)} was not found: only data connectors have capabilities`,
    command.path,
  );
}
