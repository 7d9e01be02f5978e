// A planned mutation -> its transactions, one after the other, and the texts of its answer. Each is one request to the
// database, which undoes all of it when a statement fails.

import type { IsolationLevel } from '../artifact/types.ts';
import type { Session } from '../auth/types.ts';
import type { QualifiedName } from '../catalog/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { pathText } from '../error/path.ts';
import type { VariableValues } from '../parse/operation.ts';
import type { MutationAnswer, Transaction } from '../plan/answer.ts';
import type { ErrorPath } from '../plan/mutation/error-path.ts';
import { errorPath } from '../plan/mutation/error-path.ts';
import type { RequestReader } from '../plan/mutation/request-value.ts';
import { raisedFailure } from '../plan/mutation/script.ts';
import { validationInputs } from '../plan/mutation/validate-input.ts';
import type { Plan } from '../plan/plan.ts';
import { traceContextOf } from '../telemetry/trace-context.ts';
import { must } from '../util/assert.ts';
import { bind } from './bind.ts';
import type { Arrival, Engine } from './engine.ts';
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
  readonly arrival: Arrival;
}

/**
 * Runs a mutation and gives the JSON text of each slot of its answer.
 * @throws HedgeError: of `validate_input`, with nothing sent to a database; of a permission's check or a constraint, with
 *   nothing of the transaction left behind; what transactions before on other sources did stays.
 */
export async function mutationTexts(
  engine: Engine,
  session: Session,
  { plan, answer, variables, arrival: { headers, observer } }: Mutation,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map(answer.constants);
  const trace = traceContextOf(headers);
  const sources = engine.artifact.header.sources;
  // All values are read before anything is written.
  const bound = answer.transactions.map((transaction): Bound => {
    const source = sources.find(({ name }) => name === transaction.source);
    const isolationLevel = source?.isolationLevel;
    const alone = isolationLevel === undefined ? transaction.alone : null;
    const statements = alone ? [alone] : transaction.statements.map(({ statement }) => statement);
    return {
      transaction,
      isolationLevel,
      isAlone: alone !== null,
      statements: statements.map(({ text, bindings }) => ({
        sql: text,
        parameters: bind(plan, bindings, { session, variables, trace }),
      })),
    };
  });
  if (answer.validations.length > 0) {
    const writes = engine.artifact.role(session.role, session.backend).writes();
    const inputs = validationInputs({ operation: plan.operation, variables }, writes, answer.validations);
    await validateInputs({ session, headers, trace, environment: engine.environment, observer }, inputs);
  }
  observer?.answering('database');
  for (const given of bound) {
    const results = await run(engine, given, answer, { operation: plan.operation, variables });
    engine.written?.(given.transaction.source, tablesOf(given.transaction));
    // A statement alone is the last of those it stands for.
    const told = given.isAlone ? given.transaction.statements.slice(1) : given.transaction.statements;
    for (const [n, { slot }] of told.entries()) {
      if (slot !== null) texts.set(slot, results[n]?.rows[0]?.[0] ?? 'null');
    }
  }
  observer?.answered();
  return texts;
}

/** The tables a transaction writes to; null where a function may write to any. */
function tablesOf({ statements }: Transaction): readonly string[] | null {
  if (statements.some(({ calls }) => calls)) return null;
  const written = statements.flatMap(({ table, others }) => [table, ...others.map((other) => other.table)]);
  return [...new Set(written.flatMap((table) => (table ? [`${table.schema}.${table.name}`] : [])))];
}

/** A transaction with its values. */
interface Bound {
  readonly transaction: Transaction;
  readonly isolationLevel: IsolationLevel | undefined;
  /** One statement that needs no transaction around it. */
  readonly isAlone: boolean;
  readonly statements: readonly Statement[];
}

async function run(
  engine: Engine,
  { transaction, isolationLevel, isAlone, statements }: Bound,
  { failures }: MutationAnswer,
  reader: RequestReader,
): Promise<readonly StatementResult[]> {
  try {
    const database = engine.database(transaction.source);
    if (isAlone) return [await database.query(must(statements[0], 'a statement alone'))];
    return await database.transaction(statements, { isolationLevel });
  } catch (error) {
    if (error instanceof HedgeError) throw error; // says what it is: a time limit
    const raised =
      error instanceof NeonError && error.code === UNDEFINED_SETTING ? raisedFailure(error.message) : null;
    const failure = raised === null ? undefined : failures[raised];
    if (failure) {
      const { code, message, path } = failure;
      throw new HedgeError(code, message, { path: pathText(errorPath(reader, path)), cause: error });
    }
    const { at, path } = failedStatement(transaction, error);
    throw databaseError(error, must(statements[isAlone ? 0 : at], 'a statement of the transaction'), {
      path: pathText(errorPath(reader, path)),
      writes: true,
    });
  }
}

/**
 * The statement an error is about, and its place. Postgres does not say: it is the first that writes to the table the error
 * names, else the first that writes at all.
 */
function failedStatement(
  { statements }: Transaction,
  error: unknown,
): { readonly at: number; readonly path: ErrorPath } {
  const writing = statements.flatMap(({ table, path, others }, at) =>
    table === null ? [] : [{ table, path }, ...others].map((place) => ({ at, ...place })),
  );
  const named = writing.find(
    ({ table }) => error instanceof NeonError && table !== null && isAbout(error, table),
  );
  return named ?? writing[0] ?? { at: 1, path: undefined };
}

/** A row that others refer to is of the table the message names; the error's own is that of the foreign key. */
function isAbout({ message, schema, table }: NeonError, written: QualifiedName): boolean {
  const referred = /^update or delete on table "(.*?)" violates foreign key/.exec(message)?.[1];
  return referred === undefined
    ? written.name === table && written.schema === schema
    : written.name === referred;
}
