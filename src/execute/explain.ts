// A query -> for each of its root fields the SQL that would run and what Postgres plans to do for it.

import { OperationTypeNode } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { checkShape } from '../limits/shape.ts';
import type { VariableValues } from '../parse/operation.ts';
import { checkVariables, selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import type { Plan } from '../plan/plan.ts';
import { plan } from '../plan/plan.ts';
import { planRootFields } from '../plan/root-plans.ts';
import { explainText, inlinedText } from '../sql/explain.ts';
import { multiplexedParameters } from '../sql/multiplexed.ts';
import { bind, bindSubscription } from './bind.ts';
import type { Engine, GraphqlRequest } from './engine.ts';
import { databaseError } from './postgres-error.ts';
import type { Statement } from './types.ts';

/** A root field; without SQL where it needs no database. */
export interface ExplainedField {
  readonly field: string;
  readonly sql: string | null;
  readonly plan: readonly string[] | null;
}

export interface ExplainedSubscription {
  readonly sql: string | null;
  readonly plan: readonly string[] | null;
  /** Values that reach the statement, by where they come from. */
  readonly variables: {
    readonly synthetic: readonly string[];
    /** Hasura keeps none here. */
    readonly query: Readonly<Record<string, never>>;
    readonly session: Readonly<Record<string, string>>;
    readonly cursor: Readonly<Record<string, string>>;
  };
}

/**
 * Explains a query or subscription for the session's role. The allow list is not asked: this is for administrators.
 * @throws HedgeError `invalid-params` for mutations; the request's own errors; the database's.
 */
export async function explain(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
): Promise<readonly ExplainedField[] | ExplainedSubscription> {
  const variables = request.variables ?? {};
  const { variableRules } = engine.settings;
  const operation = selectOperation(parse(request.query), request.operationName, variableRules);
  const kind = operation.node.operation;
  if (kind === OperationTypeNode.MUTATION)
    throw new HedgeError('invalid-params', 'only queries can be explained');
  checkShape(undefined, session.role, operation);
  checkVariables(operation, variables, variableRules);
  const role = engine.artifact.role(session.role);
  if (kind === OperationTypeNode.SUBSCRIPTION) {
    const subscribed = plan(role, operation, variables, engine.settings);
    return await explainSubscription(engine, session, subscribed, variables);
  }
  const fields: ExplainedField[] = [];
  for (const { key, plan: planned } of planRootFields(role, operation, variables, engine.settings)) {
    const explained = await explainPlan(engine, session, planned, variables);
    fields.push({ field: key, ...explained });
  }
  return fields;
}

/** The statement for all subscribers, planned for one. */
async function explainSubscription(
  engine: Engine,
  session: Session,
  subscribed: Plan,
  variables: VariableValues,
): Promise<ExplainedSubscription> {
  const { answer } = subscribed;
  const none = { synthetic: [], query: {}, session: {}, cursor: {} };
  if (answer.kind !== 'subscription') return { sql: null, plan: null, variables: none };
  const { text, bindings, constants } = answer.statement;
  const { values, cursor } = bindSubscription(subscribed, answer, { session, variables });
  const parameters = multiplexedParameters(constants, [{ values, cursor, hash: null }]);
  const rows = await planRows(engine, answer.source, { sql: explainText(answer.statement), parameters });
  const synthetic = values.filter((_, n) => bindings[n]?.kind === 'request');
  const names = bindings.flatMap((b) => (b.kind === 'session' ? [b.name] : []));
  return {
    sql: text,
    plan: rows,
    variables: {
      ...none,
      synthetic,
      session: Object.fromEntries(names.map((name) => [name, session.variables.get(name) ?? ''])),
      cursor: Object.fromEntries((answer.cursor ?? []).map(({ name }, n) => [name, cursor?.[n] ?? ''])),
    },
  };
}

async function explainPlan(
  engine: Engine,
  session: Session,
  plan: Plan,
  variables: VariableValues,
): Promise<Pick<ExplainedField, 'sql' | 'plan'>> {
  const { answer } = plan;
  if (answer.kind !== 'statement') return { sql: null, plan: null };
  const { statement, source } = answer;
  const parameters = bind(plan, statement.bindings, { session, variables });
  const rows = await planRows(engine, source, { sql: explainText(statement), parameters });
  return { sql: inlinedText(statement, parameters), plan: rows };
}

async function planRows(engine: Engine, source: string, statement: Statement): Promise<readonly string[]> {
  try {
    const { rows } = await engine.database(source).query(statement);
    return rows.map(([line]) => line ?? '');
  } catch (error) {
    throw error instanceof HedgeError ? error : databaseError(error, statement);
  }
}
