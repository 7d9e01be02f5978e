// An operation that a client started -> its answer and end, or a subscription that stays. The same limits, lists and logs
// as over HTTP stand before it.

import type { Session } from '../../auth/types.ts';
import { graphqlError, HedgeError } from '../../error/hedge-error.ts';
import type { Engine } from '../../execute/engine.ts';
import type { AnsweredBy, Observer, SentStatement, ValidationCall } from '../../execute/observer.ts';
import { relayEngine } from '../../execute/relay-engine.ts';
import { planFor, runOperation } from '../../execute/run.ts';
import { admit } from '../../http/admit.ts';
import { RequestRecord } from '../../http/request-record.ts';
import { clientErrorOf, showsInternal } from '../../http/respond.ts';
import { watch, watchesRuns } from '../../http/run-log.ts';
import type { AppContext, Exchange, WaitUntil } from '../../http/types.ts';
import type { Plan } from '../../plan/plan.ts';
import type { SubscriptionAnswer } from '../../plan/subscription.ts';
import { completeFrames, dataFrames, failedFrames, refusedFrames } from '../protocol/frames.ts';
import type { Frame } from '../protocol/types.ts';
import type { SocketLog } from './socket-log.ts';
import type { Client, Operation } from './types.ts';

/** A subscription that is valid for who asks. */
export interface PlannedSubscription {
  readonly engine: Engine;
  readonly plan: Plan;
  readonly answer: SubscriptionAnswer;
  readonly session: Session;
}

/** How an operation went: frames that end it, or a subscription to enter. */
export type Outcome =
  | { readonly kind: 'ended'; readonly frames: readonly Frame[] }
  | { readonly kind: 'subscription'; readonly planned: PlannedSubscription };

/** Runs or plans the operation. `again`: a subscription was let in before. Never throws. */
export async function runOrPlan(
  context: AppContext,
  operation: Operation,
  session: Session,
  { log, waitUntil, again = false }: { log: SocketLog; waitUntil: WaitUntil; again?: boolean },
): Promise<Outcome> {
  const { client, request, id } = operation;
  const exchange = exchangeOf(context, client, session, waitUntil);
  const run = new Run(watch(context, exchange, request));
  try {
    const served = await context.engine(waitUntil);
    const engine = client.api === 'relay' ? relayEngine(served) : served;
    if (!again) await admit(context, exchange, { engine, session, count: 1 });
    const plan = planned(engine, session, operation);
    if (!again) log.operation(operation, 'started');
    const { answer } = plan;
    if (answer.kind === 'subscription')
      return { kind: 'subscription', planned: { engine, plan, answer, session } };
    const { headers } = exchange.request;
    const text = await runOperation(engine, session, request, { headers, observer: run });
    log.operation(operation, 'completed');
    return { kind: 'ended', frames: [...dataFrames(client.protocol, id, text), ...completeFrames(id)] };
  } catch (error) {
    return { kind: 'ended', frames: errorFrames(context, operation, { error, exchange, run, log }) };
  }
}

/** What the client is told of an error that ends an operation before anything ran. */
export function refusalFrames(
  context: AppContext,
  operation: Operation,
  session: Session,
  { error, log, waitUntil }: { error: unknown; log: SocketLog; waitUntil: WaitUntil },
): readonly Frame[] {
  const exchange = exchangeOf(context, operation.client, session, waitUntil);
  return errorFrames(context, operation, { error, exchange, run: new Run(undefined), log });
}

function errorFrames(
  { config, log: unstructured }: AppContext,
  { client, id, ...rest }: Operation,
  { error, exchange, run, log }: { error: unknown; exchange: Exchange; run: Run; log: SocketLog },
): readonly Frame[] {
  const shown = graphqlError(clientErrorOf(error, exchange, unstructured), showsInternal(config, exchange));
  log.operation({ client, id, ...rest }, 'query_err', shown);
  const frames = run.isBegun ? failedFrames : refusedFrames;
  return frames(client.protocol, id, JSON.stringify(shown));
}

function planned(engine: Engine, session: Session, { request }: Operation): Plan {
  try {
    return planFor(engine, session, request, request.variables ?? {});
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new HedgeError('validation-failed', 'the request nests too deep', { cause: error });
  }
}

/** The exchange that the operation would be over HTTP. */
function exchangeOf(
  { config }: AppContext,
  { headers }: Client,
  session: Session,
  waitUntil: WaitUntil,
): Exchange {
  return {
    request: new Request('https://connections/v1/graphql', { method: 'POST', headers }),
    requestId: crypto.randomUUID(),
    waitUntil,
    session,
    reply: [],
    record: watchesRuns(config.logging) ? new RequestRecord() : undefined,
  };
}

/** Knows whether an operation was valid and began to run: the protocols tell errors before that from those after it. */
class Run implements Observer {
  isBegun = false;
  readonly #inner: Observer | undefined;

  constructor(inner: Observer | undefined) {
    this.#inner = inner;
  }

  planned(plan: Plan): void {
    this.#inner?.planned(plan);
  }

  answering(by: AnsweredBy, statement?: SentStatement): void {
    this.isBegun = true;
    this.#inner?.answering(by, statement);
  }

  answered(): void {
    this.#inner?.answered();
  }

  validated(call: ValidationCall): void {
    this.isBegun = true;
    this.#inner?.validated(call);
  }
}
