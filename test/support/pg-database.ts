// A connection of node-postgres -> the `Database` of the execute stage, for tests that run stages without a worker.

import pg from 'pg';

import { NeonError } from '../../src/execute/neon-error.ts';
import type { Database, Statement, StatementResult } from '../../src/execute/types.ts';

/** Runs everything on this one connection; errors of transactions are as Neon gives them, others node-postgres'. */
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
    queryText: async (sql, parameters) => (await query({ sql, parameters })).rows[0]?.[0] ?? null,
    query,
    async transaction(statements) {
      await client.query('begin');
      try {
        const results: StatementResult[] = [];
        for (const statement of statements) results.push(await query(statement));
        await client.query('commit');
        return results;
      } catch (error) {
        await client.query('rollback');
        throw error instanceof pg.DatabaseError
          ? new NeonError(error.message, Object.fromEntries(Object.entries(error)))
          : error;
      }
    },
  };
}
