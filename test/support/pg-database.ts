// A connection of node-postgres -> the `Database` of the execute stage, for tests that run stages without a worker.

import pg from 'pg';

import { NeonError } from '../../src/execute/neon-error.ts';
import { databaseError } from '../../src/execute/postgres-error.ts';
import type { Database, Statement, StatementResult } from '../../src/execute/types.ts';

/** Runs everything on this one connection; errors are those that Neon's database gives. */
export function pgDatabase(client: pg.Client): Database {
  const query = async ({ sql, parameters }: Statement): Promise<StatementResult> => {
    const result = await client.query<(string | null)[]>({
      text: sql,
      values: [...parameters],
      rowMode: 'array',
      types: { getTypeParser: () => (value: string) => value },
    });
    return {
      command: result.command,
      rowCount: result.rowCount,
      columns: result.fields.map((field) => field.name),
      rows: result.rows,
    };
  };
  return {
    isReachable: () => true,
    async queryText(sql, parameters) {
      try {
        return (await query({ sql, parameters })).rows[0]?.[0] ?? null;
      } catch (error) {
        throw databaseError(asNeon(error), { sql, parameters });
      }
    },
    async query(statement) {
      try {
        return await query(statement);
      } catch (error) {
        throw asNeon(error);
      }
    },
    async transaction(statements) {
      await client.query('begin');
      try {
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await query(statement));
        await client.query('commit');
        return results;
      } catch (error) {
        await client.query('rollback');
        throw asNeon(error);
      }
    },
  };
}

function asNeon(error: unknown): unknown {
  return error instanceof pg.DatabaseError
    ? new NeonError(error.message, Object.fromEntries(Object.entries(error)))
    : error;
}
