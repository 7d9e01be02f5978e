// Metadata and settings -> which bounds on what callers may ask for are missing.

import type { Metadata } from '../../src/metadata/types.ts';
import type { Finding } from './finding.ts';
import { isTrue, type Settings } from './settings-read.ts';

const LIMITS = [
  ['depth_limit', 'depth-limit', 'how deep a query nests'],
  ['node_limit', 'node-limit', 'how many fields with a selection a query has'],
  ['time_limit', 'time-limit', 'how long an operation keeps the database busy'],
  ['batch_limit', 'batch-limit', 'how many operations a request holds'],
] as const;

/** Limits nobody has set. */
export function checkLimits(metadata: Metadata, settings: Settings): readonly Finding[] {
  const limits = metadata.api_limits;
  const off = limits?.disabled === true;
  const findings: Finding[] = LIMITS.filter(([key]) => off || limits?.[key] === undefined).map(
    ([key, rule, what]) => ({
      rule,
      severity: 'warning',
      place: `api_limits.${key}`,
      weakness: `it is not limited ${what}`,
      remedy: `set ${key} in metadata/api_limits.yaml`,
    }),
  );
  const hasRate = !off && limits?.rate_limit !== undefined;
  if (!hasRate && !settings.has('HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE')) {
    findings.push({
      rule: 'rate-limit',
      severity: 'warning',
      place: 'api_limits.rate_limit',
      weakness: 'it is not limited how often somebody may ask',
      remedy: 'set rate_limit in metadata/api_limits.yaml, or HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE',
    });
  }
  if (!isTrue(settings, 'HASURA_GRAPHQL_ENABLE_ALLOWLIST')) {
    findings.push({
      rule: 'allow-list',
      severity: 'advice',
      place: 'HASURA_GRAPHQL_ENABLE_ALLOWLIST',
      weakness: 'callers may send any operation their role allows',
      remedy: 'where all clients are your own, list their operations in the allow list and set this to true',
    });
  }
  return findings;
}
