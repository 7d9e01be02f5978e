// A query -> for each of its root fields the SQL that would run and what Postgres plans to do for it.

import { OperationTypeNode } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { VariableValues } from '../parse/operation.ts';
import { checkVariables, selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import type { Plan } from '../plan/plan.ts';
import { planRootFields } from '../plan/root-plans.ts';
import { explainText, inlinedText } from '../sql/explain.ts';
import { must } from '../util/assert.ts';
import { bind } from './bind.ts';
import type { Engine, GraphqlRequest } from './engine.ts';
import { databaseError } from './postgres-error.ts';

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
    readonly synthetic: readonly never[];
    readonly query: VariableValues;
    readonly session: Readonly<Record<string, string>>;
    readonly cursor: Readonly<Record<string, never>>;
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
  checkVariables(operation, variables, variableRules);
  const plans = planRootFields(engine.artifact.role(session.role), operation, variables, engine.settings);
  if (kind === OperationTypeNode.SUBSCRIPTION && plans.length > 1)
    throw new HedgeError('validation-failed', 'subscriptions must select one top level field');
  const fields: ExplainedField[] = [];
  for (const { key, plan } of plans) {
    const explained = await explainPlan(engine, session, plan, variables);
    fields.push({ field: key, ...explained });
  }
  if (kind !== OperationTypeNode.SUBSCRIPTION) return fields;
  const [only] = plans;
  const { sql, plan } = must(fields[0], 'an operation selects a field');
  const query = must(only, 'an operation selects a field').plan;
  return {
    sql,
    plan,
    variables: { synthetic: [], query: variables, session: sessionUsed(query, session), cursor: {} },
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
  const sql = explainText(statement);
  try {
    const { rows } = await engine.database(source).query({ sql, parameters });
    return { sql: inlinedText(statement, parameters), plan: rows.map(([line]) => line ?? '') };
  } catch (error) {
    throw error instanceof HedgeError ? error : databaseError(error, { sql, parameters });
  }
}

/** The session variables that a plan's statement reads. */
function sessionUsed({ answer }: Plan, { variables }: Session): Readonly<Record<string, string>> {
  if (answer.kind !== 'statement') return {};
  const names = answer.statement.bindings.flatMap((b) => (b.kind === 'session' ? [b.name] : []));
  return Object.fromEntries(names.map((name) => [name, variables.get(name) ?? '']));
}
