// A planned mutation -> its transactions, one after the other, and the texts of its answer. Each is one request to the
// database, which undoes all of it when a statement fails.

import type { Session } from '../auth/types.ts';
import type { QualifiedName } from '../catalog/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { pathText } from '../error/path.ts';
import type { VariableValues } from '../parse/operation.ts';
import type { MutationAnswer, Transaction } from '../plan/answer.ts';
import { raisedFailure } from '../plan/mutation/script.ts';
import { validationInputs } from '../plan/mutation/validate-input.ts';
import type { Plan } from '../plan/plan.ts';
import { traceContextOf } from '../telemetry/trace-context.ts';
import { must } from '../util/assert.ts';
import { bind } from './bind.ts';
import type { Engine } from './engine.ts';
import { NeonError } from './neon-error.ts';
import { databaseError } from './postgres-error.ts';
import type { Statement, StatementResult } from './types.ts';
import { validateInputs } from './validate-input.ts';

/** SQLSTATE of reading a setting that is not there. */
const UNDEFINED_SETTING = '42704';

/** A mutation of a request. */
export interface Mutation {
  readonly plan: Plan;
  readonly answer: MutationAnswer;
  readonly variables: VariableValues;
  /** Of the request, where it came over HTTP. */
  readonly headers: Headers | undefined;
}

/**
 * Runs a mutation and gives the JSON text of each slot of its answer.
 * @throws HedgeError: of `validate_input`, with nothing sent to a database; of a permission's check or a constraint, with
 *   nothing of the transaction left behind; what transactions before on other sources did stays.
 */
export async function mutationTexts(
  engine: Engine,
  session: Session,
  { plan, answer, variables, headers }: Mutation,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map(answer.constants);
  const trace = traceContextOf(headers);
  // All values are read before anything is written.
  const bound = answer.transactions.map(({ statements }) =>
    statements.map(({ statement }): Statement => ({
      sql: statement.text,
      parameters: bind(plan, statement.bindings, { session, variables, trace }),
    })),
  );
  if (answer.validations.length > 0) {
    const writes = engine.artifact.role(session.role, session.backend).writes();
    const inputs = validationInputs({ operation: plan.operation, variables }, writes, answer.validations);
    await validateInputs({ session, headers, trace, environment: engine.environment }, inputs);
  }
  for (const [i, transaction] of answer.transactions.entries()) {
    const statements = must(bound[i], 'each transaction is bound');
    if (statements.length === 1) continue; // nothing but the session
    const results = await run(engine, transaction, statements, answer);
    for (const [n, { slot }] of transaction.statements.entries()) {
      if (slot !== null) texts.set(slot, results[n]?.rows[0]?.[0] ?? 'null');
    }
  }
  return texts;
}

async function run(
  engine: Engine,
  transaction: Transaction,
  statements: readonly Statement[],
  { failures }: MutationAnswer,
): Promise<readonly StatementResult[]> {
  try {
    const source = engine.artifact.header.sources.find(({ name }) => name === transaction.source);
    const options = { isolationLevel: source?.isolationLevel };
    return await engine.database(transaction.source).transaction(statements, options);
  } catch (error) {
    const raised =
      error instanceof NeonError && error.code === UNDEFINED_SETTING ? raisedFailure(error.message) : null;
    const failure = raised === null ? undefined : failures[raised];
    if (failure) {
      const { code, message, path } = failure;
      throw new HedgeError(code, message, { path: pathText(path), cause: error });
    }
    const at = failedStatement(transaction, error);
    const { path } = must(transaction.statements[at], 'a statement of the transaction');
    throw databaseError(error, must(statements[at], 'a statement of the transaction'), {
      path: pathText(path),
      writes: true,
    });
  }
}

/**
 * The statement an error is about. Postgres does not say: it is the first that writes to the table the error names,
 * else the first that writes at all.
 */
function failedStatement({ statements }: Transaction, error: unknown): number {
  const writing = [...statements.entries()].filter(([, { table }]) => table !== null);
  const named = writing.find(
    ([, { table }]) => error instanceof NeonError && table !== null && isAbout(error, table),
  );
  return (named ?? writing[0] ?? [1])[0];
}

/** A row that others refer to is of the table the message names; the error's own is that of the foreign key. */
function isAbout({ message, schema, table }: NeonError, written: QualifiedName): boolean {
  const referred = /^update or delete on table "(.*?)" violates foreign key/.exec(message)?.[1];
  return referred === undefined
    ? written.name === table && written.schema === schema
    : written.name === referred;
}
