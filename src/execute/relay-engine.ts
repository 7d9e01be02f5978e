// An engine -> the engine of the Relay API over the same artifact and databases.

import { relayRole } from '../artifact/relay.ts';
import type { Engine } from './engine.ts';
import { planCache } from './plan-cache.ts';

const engines = new WeakMap<Engine, Engine>();

/** The same engine with roles seen through the Relay API. Its plans are kept apart: the same text means another query. */
export function relayEngine(engine: Engine): Engine {
  let relay = engines.get(engine);
  if (!relay) {
    const { artifact } = engine;
    relay = {
      ...engine,
      artifact: { ...artifact, role: (name, backend) => relayRole(artifact.role(name, backend)) },
      plans: planCache(),
    };
    engines.set(engine, relay);
  }
  return relay;
}
