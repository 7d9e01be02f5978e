// The connection of a source -> what its database role may do beyond serving an API.

import { connectDatabase } from '../database/connect.ts';
import type { Finding } from './finding.ts';

const RIGHTS = `
  select r.rolsuper as "superuser", r.rolbypassrls as "bypassrls", r.rolcreaterole as "createrole",
    pg_has_role(current_user, 'pg_read_server_files', 'member') as "readsFiles",
    pg_has_role(current_user, 'pg_execute_server_program', 'member') as "runsPrograms"
  from pg_roles r where r.rolname = current_user`;

interface Rights {
  readonly superuser: boolean;
  readonly bypassrls: boolean;
  readonly createrole: boolean;
  readonly readsFiles: boolean;
  readonly runsPrograms: boolean;
}

const SAYS: Readonly<Record<keyof Rights, string>> = {
  superuser: 'is a superuser',
  bypassrls: 'passes by row security policies',
  createrole: 'may make and change roles',
  readsFiles: 'may read files of the database’s machine',
  runsPrograms: 'may run programs on the database’s machine',
};

/**
 * Asks the database of a source. Rights beyond those on the API's own tables help nobody but who gets at the connection.
 * @throws UserError when the database does not answer.
 */
export async function checkDatabaseRole(source: string, url: string): Promise<readonly Finding[]> {
  const client = await connectDatabase(url);
  try {
    const { rows } = await client.query<Rights>(RIGHTS);
    const rights = rows[0];
    if (rights === undefined) return [];
    const held = rights.superuser
      ? [SAYS.superuser]
      : (Object.keys(SAYS) as (keyof Rights)[]).filter((right) => rights[right]).map((right) => SAYS[right]);
    if (held.length === 0) return [];
    return [
      {
        rule: 'database-role',
        severity: 'warning',
        place: `source ${source}`,
        weakness: `the role it connects as ${held.join(', ')}`,
        remedy:
          'connect as a role that owns or may use the API’s schemas and nothing else, see docs/security.md',
      },
    ];
  } finally {
    await client.end();
  }
}
