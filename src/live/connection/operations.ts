// Operations of sockets -> their answers, and subscriptions that stay until they are stopped, or planned again: for somebody
// else behind the socket, or with new metadata.

import type { Session } from '../../auth/types.ts';
import type { AppContext, WaitUntil } from '../../http/types.ts';
import { pollerOf } from '../poller-name.ts';
import { CLOSE, closeWith } from '../protocol/frames.ts';
import type { Frame } from '../protocol/types.ts';
import { membershipOf } from '../subscribe.ts';
import type { PlannedSubscription } from './operation.ts';
import { refusalFrames, runOrPlan } from './operation.ts';
import type { OutboxEvents } from './outbox.ts';
import { isHeld, post } from './outbox.ts';
import type { Registry } from './registry.ts';
import type { SocketLog } from './socket-log.ts';
import type { Sockets } from './sockets.ts';
import type { Store } from './store.ts';
import type { Client, Operation, Planned, Subscription } from './types.ts';

export interface OperationsOptions {
  readonly context: AppContext;
  readonly waitUntil: WaitUntil;
  readonly store: Pick<Store, 'setVersion'>;
  readonly registry: Registry;
  readonly log: SocketLog;
  readonly sockets: Pick<Sockets, 'clients' | 'close'>;
  readonly outboxEvents: OutboxEvents;
  readonly planned: Planned;
}

export interface Operations {
  /** Runs it to its end, or has it subscribe. Never throws. */
  run(operation: Operation, session: Session): Promise<void>;
  /** Plans subscriptions again; who may not have one any more is told so. Nothing of the old ones is sent meanwhile. */
  planAgain(of: Iterable<Client>): Promise<void>;
  /** This is the version of the metadata now. */
  metadataChanged(version: string): Promise<void>;
}

/** The operations of one object. */
export function createOperations(options: OperationsOptions): Operations {
  const { context, waitUntil, store, registry, log, sockets, outboxEvents, planned } = options;
  const { config } = context;

  async function run(operation: Operation, session: Session): Promise<void> {
    if (operation.isStopped) return;
    const outcome = await runOrPlan(context, operation, session, { log, waitUntil });
    if (operation.isStopped) return;
    if (outcome.kind === 'ended') end(operation, outcome.frames);
    else await subscribe(operation, outcome.planned);
  }

  function end(operation: Operation, frames: readonly Frame[]): void {
    const { client, id } = operation;
    if (operation.isStopped) return;
    registry.remove(operation);
    client.operations.delete(id);
    post(client, { operation, isReplaced: false, frames }, outboxEvents);
  }

  /** `before`: what it was, where it is planned again. */
  async function subscribe(
    operation: Operation,
    { engine, plan, answer, session }: PlannedSubscription,
    before?: Subscription,
  ): Promise<void> {
    const { request } = operation;
    const streamId = before?.streamId ?? crypto.randomUUID();
    try {
      const current = await engine.artifact.digest();
      const cursor = before?.cohort.cursor;
      const membership = await membershipOf({ plan, answer, session, request, streamId, cursor });
      if (operation.isStopped) return;
      if (planned.version !== current) {
        // It may be the older of the two: the metadata changed while this was planned.
        const newest = registry.hasCohorts()
          ? await (await context.newestEngine()).artifact.digest()
          : current;
        if (newest !== current) {
          await planOne(operation, before);
          return;
        }
        const isFirst = !registry.hasCohorts();
        planned.version = current;
        store.setVersion(current);
        if (!isFirst) await changed();
        if (operation.isStopped) return;
      }
      // While this waited, somebody else may have come behind the socket, or other metadata.
      if (planned.version !== current || operation.client.session !== session) {
        await planOne(operation, before);
        return;
      }
      const { group, cohort } = membership;
      const poller = pollerOf(answer.source, group.key, config.live.shards);
      const entry = registry.cohort({ info: cohort, group, poller, cursor: cohort.cursor });
      const { hash = null } = before ?? {};
      // What others have of another cohort was not told here; a stream that told something goes on.
      const isTold =
        before?.isTold === true && (group.kind === 'stream' || before.cohort.info.key === cohort.key);
      registry.add(operation, { cohort: entry, streamId, hash, isTold });
    } catch (error) {
      end(operation, refusalFrames(context, operation, session, { error, log, waitUntil }));
    }
  }

  async function planAgain(of: Iterable<Client>): Promise<void> {
    const clients = [...of];
    // What waits for a slow reader was found under what does not count any more.
    for (const client of clients.filter(isHeld))
      sockets.close(client, [closeWith(CLOSE.restart, 'restarted')]);
    const again = clients.flatMap((client) =>
      [...client.operations.values()].flatMap((operation) => {
        const { subscription } = operation;
        return subscription ? [{ operation, subscription }] : [];
      }),
    );
    for (const { operation } of again) registry.remove(operation);
    for (const { operation, subscription } of again) await planOne(operation, subscription);
  }

  async function planOne(operation: Operation, before?: Subscription): Promise<void> {
    const { session } = operation.client;
    if (operation.isStopped || !session) return;
    const outcome = await runOrPlan(context, operation, session, { log, waitUntil, again: true });
    if (operation.isStopped) return;
    if (outcome.kind === 'ended') end(operation, outcome.frames);
    else await subscribe(operation, outcome.planned, before);
  }

  /** What the subscriptions were planned with is not what is served now. */
  async function changed(): Promise<void> {
    if (!config.sockets.closeOnMetadataChange) {
      await planAgain(sockets.clients.values());
      return;
    }
    const frames = [closeWith(CLOSE.restart, 'the metadata has changed')];
    for (const client of sockets.clients.values()) if (client.session) sockets.close(client, frames);
  }

  return {
    run,
    planAgain,
    async metadataChanged(now) {
      if (now === planned.version) return;
      // What comes next is planned with what the poller has.
      await context.newestEngine();
      planned.version = now;
      store.setVersion(now);
      await changed();
    },
  };
}
