// Metadata whose inherited roles are made of each other -> refused as a whole, as by Hasura: what such roles may do
// cannot be said, so it is no inconsistency one could go on with.

import { cycleMessage, roleCycles } from '../compile/roles.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import type { Metadata } from '../metadata/types.ts';

/** @throws HedgeError `cyclic-dependency` naming the roles along each cycle. */
export function refuseRoleCycles({ inherited_roles: roles }: Metadata, path: Path | undefined): void {
  const cycles = roleCycles(roles ?? []);
  if (cycles.length === 0) return;
  throw new HedgeError('cyclic-dependency', cycleMessage(cycles), { path: pathText(path) });
}
