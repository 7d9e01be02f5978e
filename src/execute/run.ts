// One GraphQL request -> the text of its answer: parse, plan (or find the plan), bind, ask the database, put together.

import { checkAllowlist } from '../allowlist/check.ts';
import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { checkShape } from '../limits/shape.ts';
import { timedEngine } from '../limits/time-limit.ts';
import type { VariableValues } from '../parse/operation.ts';
import { checkVariables, selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import type { Member, Part } from '../plan/answer.ts';
import type { Plan } from '../plan/plan.ts';
import { plan as makePlan } from '../plan/plan.ts';
import { must, unreachable } from '../util/assert.ts';
import { bind } from './bind.ts';
import type { Arrival, Engine, GraphqlRequest } from './engine.ts';
import { mutationTexts } from './mutation.ts';
import type { Observer } from './observer.ts';
import { planKey } from './plan-cache.ts';

const NO_VARIABLES: VariableValues = {};

/**
 * Answers a request with the text `{"data":…}`.
 * @throws HedgeError with Hasura's code, message and path when it cannot be answered.
 */
export async function runOperation(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
  arrival: Arrival = {},
): Promise<string> {
  return `{"data":${await runData(engine, session, request, arrival)}}`;
}

/**
 * Answers a request with the text of `data` alone.
 * @throws HedgeError as `runOperation`.
 */
export async function runData(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
  arrival: Arrival = {},
): Promise<string> {
  const variables = request.variables ?? NO_VARIABLES;
  try {
    const plan = planFor(engine, session, request, variables);
    arrival.observer?.planned(plan);
    const { caching } = engine;
    const timed = timedEngine(engine, session.role);
    if (!plan.cached || !caching) return await dataText(timed, session, plan, { variables, arrival });
    const { cachedText } = await import('../cache/cached-text.ts');
    const ask = (): Promise<string> => dataText(timed, session, plan, { variables, arrival });
    return await cachedText(caching, { engine, session, plan, variables }, { arrival, ask });
  } catch (error) {
    // Our own walks are bounded, but values of variables are written by JSON's own recursion.
    if (!(error instanceof RangeError)) throw error;
    throw new HedgeError('validation-failed', 'the request nests too deep', { cause: error });
  }
}

/** The plan of a request, from the cache where one fits. */
export function planFor(
  engine: Engine,
  session: Session,
  request: GraphqlRequest,
  variables: VariableValues,
): Plan {
  const key = planKey(session, request.operationName, request.query);
  const known = engine.plans.find(key, variables);
  if (known) {
    checkVariables(known.operation, variables, engine.settings.variableRules);
    return known;
  }
  const document = parse(request.query);
  // A plan that is kept was allowed to its role: the key holds role and text, and list and limits are the artifact's.
  if (engine.settings.enableAllowlist)
    checkAllowlist(engine.artifact.storedQueries(), session.role, document);
  const { variableRules } = engine.settings;
  const operation = selectOperation(document, request.operationName, variableRules);
  checkShape(engine.artifact.header.limits, session.role, operation);
  checkVariables(operation, variables, variableRules);
  const plan = makePlan(
    engine.artifact.role(session.role, session.backend),
    operation,
    variables,
    engine.settings,
  );
  engine.plans.remember(key, plan);
  return plan;
}

async function dataText(
  engine: Engine,
  session: Session,
  plan: Plan,
  { variables, arrival }: { readonly variables: VariableValues; readonly arrival: Arrival },
): Promise<string> {
  const { answer } = plan;
  const { observer } = arrival;
  switch (answer.kind) {
    case 'constant':
      observer?.answering('introspection');
      return answer.data;
    case 'statement': {
      const parameters = bind(plan, answer.statement.bindings, { session, variables });
      observer?.answering('database', { keys: null, ...answer.statement, parameters });
      const text = await engine.database(answer.source).queryText(answer.statement.text, parameters);
      observer?.answered();
      return must(text, 'a statement gives a row');
    }
    case 'parts': {
      const parts = await Promise.all(
        answer.parts.map((part) => partTexts(engine, session, plan, part, { variables, observer })),
      );
      const texts = new Map(parts.flatMap((part) => [...part]));
      return objectText(answer.members, texts);
    }
    case 'mutation': {
      const texts = await mutationTexts(engine, session, { plan, answer, variables, arrival });
      return objectText(answer.members, texts);
    }
    case 'subscription':
      throw new HedgeError(
        'unexpected-payload',
        'subscriptions are not supported over HTTP, use websockets instead',
      );
    default:
      return unreachable(answer);
  }
}

function objectText(members: readonly Member[], texts: ReadonlyMap<string, string>): string {
  const parts = members.map((member) => `${JSON.stringify(member.key)}:${memberText(member, texts)}`);
  return `{${parts.join(',')}}`;
}

function memberText(member: Member, texts: ReadonlyMap<string, string>): string {
  switch (member.kind) {
    case 'text':
      return must(texts.get(member.slot), 'each slot has a part');
    case 'object':
      return objectText(member.members, texts);
    case 'list':
      return `[${member.items.map((item) => memberText(item, texts)).join(',')}]`;
    default:
      return unreachable(member);
  }
}

async function partTexts(
  engine: Engine,
  session: Session,
  plan: Plan,
  part: Part,
  { variables, observer }: { readonly variables: VariableValues; readonly observer: Observer | undefined },
): Promise<ReadonlyMap<string, string>> {
  switch (part.kind) {
    case 'constant':
      return new Map([[part.slot, part.json]]);
    case 'statement': {
      const parameters = bind(plan, part.statement.bindings, { session, variables });
      observer?.answering('database', { keys: part.slots, ...part.statement, parameters });
      const text = await engine.database(part.source).queryText(part.statement.text, parameters);
      observer?.answered();
      const texts = JSON.parse(must(text, 'a statement gives a row')) as (string | null)[];
      return new Map(part.slots.map((slot, i) => [slot, texts[i] ?? 'null']));
    }
    case 'introspection': {
      observer?.answering('introspection');
      // Loaded when a client asks: GraphQL's own type system is a third of the bundle and of the cold start.
      const { introspectJson } = await import('../introspection/introspect.ts');
      const { fragments, node } = plan.operation;
      return introspectJson(engine.artifact.role(session.role, session.backend), {
        fields: part.fields,
        fragments,
        variableDefinitions: node.variableDefinitions ?? [],
        variables,
      });
    }
    default:
      return unreachable(part);
  }
}
