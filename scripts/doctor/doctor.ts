// A project and the settings of its deployment -> its weaknesses, the worst first.

import { locate, type MetadataResult } from '../../src/metadata/metadata.ts';
import { bySeverity, type Finding } from './finding.ts';
import { checkLimits } from './limits.ts';
import { checkOutside } from './outside.ts';
import { checkPermissions, type MetadataFinding } from './permissions.ts';
import type { Settings } from './settings-read.ts';
import { checkSettings } from './settings.ts';
import { checkTokens } from './tokens.ts';

/** Everything that is checked without a database. */
export function examine(result: MetadataResult, settings: Settings): readonly Finding[] {
  const { metadata } = result;
  const unauthorizedRole = settings.get('HASURA_GRAPHQL_UNAUTHORIZED_ROLE')?.value ?? null;
  const placed = ({ path, ...finding }: MetadataFinding): Finding => {
    const { file, line, column } = locate(result, path);
    return { ...finding, place: `${file}:${line}:${column}` };
  };
  return bySeverity([
    ...checkSettings(settings),
    ...checkTokens(settings),
    ...checkLimits(metadata, settings),
    ...checkPermissions(metadata, unauthorizedRole).map(placed),
    ...checkOutside(metadata).map(placed),
  ]);
}
