// An artifact -> how long the engine needs to parse and plan a query it has never seen.

import { openArtifact } from '../../src/artifact/decode.ts';
import { sessionOf } from '../../src/auth/session.ts';
import type { Engine } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { planFor } from '../../src/execute/run.ts';
import { must } from '../../src/util/assert.ts';
import { CLASSES } from './classes.ts';
import { median } from './load.ts';
import { ROLE } from './metadata.ts';

/** The first ones run before the JIT compiler has seen the code: like the first requests of an isolate. */
const WARM_UP = 200;
const COUNTED = 500;

export interface PlanningTimes {
  /** The very first query, everything cold. */
  readonly firstMs: number;
  /** A new query later in the isolate's life. */
  readonly medianMs: number;
}

/** Plans the three-level query again and again under another text each time, in this process. */
export function measurePlanning(artifactText: string): PlanningTimes {
  const engine: Engine = {
    artifact: openArtifact(artifactText),
    database: () => {
      throw new Error('Planning asks no database.');
    },
    settings: { stringifyNumericTypes: false, booleanNullCollapse: false, enableAllowlist: false },
    plans: planCache(),
    environment: () => undefined,
  };
  const session = sessionOf(ROLE, new Map([['x-hasura-user-id', '3']]), true);
  const { query, variables } = must(
    CLASSES.find((c) => c.name === 'nested_3'),
    'the three-level class exists',
  );
  const times = Array.from({ length: WARM_UP + COUNTED }, (_, i) => {
    const text = query.replace('NestedThree', `NestedThree${i}`);
    const start = performance.now();
    planFor(engine, session, { query: text }, variables(i));
    return performance.now() - start;
  });
  return { firstMs: times[0] ?? Number.NaN, medianMs: median(times.slice(WARM_UP)) };
}
