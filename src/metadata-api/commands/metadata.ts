// Commands that replace or clear the metadata as a whole.

import type { Inconsistency } from '../../artifact/types.ts';
import type { Metadata, SourceMetadata } from '../../metadata/types.ts';
import { replaceMetadataArgs } from '../args/metadata.ts';
import { DEFAULT_SOURCE } from '../args/names.ts';
import { anything } from '../args/parse.ts';
import { inconsistencyJson } from '../consistency.ts';
import type { ReduceContext } from '../types.ts';
import { command, type CommandDefinition, type Commands } from './command.ts';
import { withKey } from './edit.ts';
import { checkTriggerNames, newIllegalTriggerNames } from './event-triggers.ts';
import { checkWarnings } from './warnings.ts';

export const METADATA_COMMANDS = {
  clear_metadata: command(anything, ({ metadata, context }) => {
    const source = defaultSource(metadata, context);
    return {
      metadata: { version: 3, sources: source === null ? [] : [emptied(source)] },
      consistency: { kind: 'consistent' },
    };
  }),
  replace_metadata: replaceMetadata(),
} satisfies Commands;

/** Its reader needs to know the default source, which the tables of older documents belong to. */
function replaceMetadata(): CommandDefinition {
  return {
    reduce: (metadata, envelope, context) => {
      const read = replaceMetadataArgs(defaultSource(metadata, context));
      const replace = command(read, ({ args, path }) => {
        checkTriggerNames(args.metadata, path);
        const warnings = newIllegalTriggerNames(metadata, args.metadata);
        checkWarnings(warnings, args.allowWarnings, path);
        return {
          // Older documents know no REST endpoints: those that are there stay, as in Hasura.
          metadata: args.hasSources
            ? args.metadata
            : withKey(args.metadata, 'rest_endpoints', metadata.rest_endpoints),
          answer: args.isBare
            ? undefined
            : (inconsistencies) => ({
                ...consistencyJson(inconsistencies),
                ...(warnings.length > 0 && { warnings }),
              }),
          consistency: { kind: args.allowInconsistent ? 'allowed' : 'consistent' },
        };
      });
      return replace.reduce(metadata, envelope, context);
    },
  };
}

/** What is inconsistent, as `get_inconsistent_metadata` shows it. */
export function consistencyJson(inconsistencies: readonly Inconsistency[]): Record<string, unknown> {
  return {
    is_consistent: inconsistencies.length === 0,
    inconsistent_objects: inconsistencies.map(inconsistencyJson),
  };
}

/** The source `default` as it is now, else the one that the environment names. */
function defaultSource(metadata: Metadata, context: ReduceContext): SourceMetadata | null {
  return metadata.sources.find(({ name }) => name === DEFAULT_SOURCE) ?? context.defaultSource;
}

function emptied({ name, kind, configuration }: SourceMetadata): SourceMetadata {
  return { name, kind, tables: [], configuration };
}
