// Commands that track and untrack native queries.

import type { Path } from '../../error/path.ts';
import type { Metadata, SourceMetadata } from '../../metadata/types.ts';
import { parseQueryCode, UNCLOSED_ARGUMENT } from '../../sql/query-code.ts';
import { trackNativeQueryArgs, untrackNativeQueryArgs } from '../args/native-queries.ts';
import { about, command, type Commands, fail } from './command.ts';
import { withList, withSource } from './edit.ts';
import { nativeQueryId } from './ids.ts';

export const NATIVE_QUERY_COMMANDS = {
  track_native_query: command(trackNativeQueryArgs, ({ metadata, args, path }) => {
    const { source, query } = args;
    const found = sourceOfKind(metadata, source, path);
    const code = parseQueryCode(query.code);
    if ('problem' in code && code.problem === UNCLOSED_ARGUMENT) fail('parse-failed', code.problem, path);
    if (found.native_queries?.some((other) => other.root_field_name === query.root_field_name) === true) {
      fail('already-tracked', `Native query '${query.root_field_name}' is already tracked.`, path);
    }
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'native_queries', (others) => [...others, query]),
    );
    return about(changed, nativeQueryId(source, query.root_field_name));
  }),
  untrack_native_query: command(untrackNativeQueryArgs, ({ metadata, args, path }) => {
    const { source, name } = args;
    const found = sourceNamed(metadata, source, path);
    if (found.native_queries?.some((query) => query.root_field_name === name) !== true)
      fail('not-found', `Native query "${name}" not found in source "${source}".`, path);
    const changed = withSource(metadata, source, (one) =>
      withList(one, 'native_queries', (all) => all.filter((query) => query.root_field_name !== name)),
    );
    return about(changed, nativeQueryId(source, name));
  }),
} satisfies Commands;

/** @throws HedgeError `not-found` in the words of commands that look for one kind of source. */
export function sourceOfKind(metadata: Metadata, name: string, path: Path): SourceMetadata {
  const source = metadata.sources.find((one) => one.name === name);
  return source ?? fail('not-found', `Source '${name}' of kind postgres not found.`, path);
}

/** @throws HedgeError `not-found` in the words of the others. */
export function sourceNamed(metadata: Metadata, name: string, path: Path): SourceMetadata {
  const source = metadata.sources.find((one) => one.name === name);
  return source ?? fail('not-found', `Source "${name}" not found.`, path);
}
