// Inconsistencies before and after a command -> nothing, or the error for which the command does not stand.

import type { Inconsistency } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import type { Change } from './types.ts';

/**
 * Checks what a change made of the metadata.
 * @throws HedgeError in Hasura's words with the offending objects as `internal`.
 */
export function checkConsistency(
  consistency: Change['consistency'],
  before: readonly Inconsistency[],
  after: readonly Inconsistency[],
  path: Path | undefined,
): void {
  const fail = (
    code: 'invalid-configuration' | 'unexpected',
    status: number,
    message: string,
    objects: readonly Inconsistency[],
  ): never => {
    throw new HedgeError(code, message, {
      path: pathText(path),
      status,
      internal: objects.map(inconsistencyJson),
    });
  };
  switch (consistency.kind) {
    case 'allowed':
      return;
    case 'consistent':
      if (after.length > 0) fail('unexpected', 400, 'cannot continue due to inconsistent metadata', after);
      return;
    case 'none new': {
      const found = newOnes(before, after);
      if (found.length > 0)
        fail('unexpected', 500, 'cannot continue due to newly found inconsistent metadata', found);
      return;
    }
    case 'about': {
      const found = newOnes(before, after);
      const ids = new Set(consistency.objects.map(idOf));
      const about = found.filter((object) => ids.has(idOf(object)));
      if (about.length > 0)
        fail('invalid-configuration', 400, about.map(({ reason }) => reason).join(', '), about);
      if (found.length > 0)
        fail('unexpected', 400, 'cannot continue due to new inconsistent metadata', found);
    }
  }
}

/** What an inherited role does not get, because its parents do not agree on it: told, but no reason to refuse a change. */
const NOT_INHERITED = 'inherited role permission inconsistency';

/** An inconsistency as the metadata API shows it. */
export function inconsistencyJson(object: Inconsistency): Record<string, unknown> {
  const { path: _, definition, ...shown } = object;
  return object.type === NOT_INHERITED ? { ...shown, entity: definition } : { ...shown, definition };
}

function newOnes(before: readonly Inconsistency[], after: readonly Inconsistency[]): Inconsistency[] {
  const known = new Set(before.map(idOf));
  return after.filter((object) => object.type !== NOT_INHERITED && !known.has(idOf(object)));
}

function idOf({ type, name }: { readonly type: string; readonly name: string }): string {
  return `${type}\n${name}`;
}
