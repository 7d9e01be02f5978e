// Commands that add, change, rename and drop sources.

import type { SourceCustomization, SourceMetadata } from '../../metadata/types.ts';
import { addSourceArgs, dropSourceArgs, renameSourceArgs, updateSourceArgs } from '../args/sources.ts';
import { about, command, type Commands, fail } from './command.ts';
import { drop } from './drop.ts';
import { withKey, withSource } from './edit.ts';
import { findSource } from './find.ts';
import { sourceId } from './ids.ts';

export const SOURCE_COMMANDS = {
  add_source: command(addSourceArgs, ({ metadata, args, path }) => {
    const { name, configuration, customization, healthCheck } = args;
    const exists = metadata.sources.some((source) => source.name === name);
    if (!exists) {
      const added: SourceMetadata = { name, kind: 'postgres', tables: [], configuration };
      const source = withKey(customized(added, customization), 'health_check', healthCheck);
      return about({ ...metadata, sources: [...metadata.sources, source] }, sourceId(name));
    }
    if (!args.replaceConfiguration) {
      fail('already-exists', `source with name ${JSON.stringify(name)} already exists`, path);
    }
    const changed = withSource(metadata, name, (source) =>
      customized({ ...source, configuration }, customization),
    );
    return about(changed, sourceId(name));
  }),
  update_source: command(updateSourceArgs, ({ metadata, args, path }) => {
    const { name, configuration, customization, healthCheck } = args;
    findSource(metadata, name, path);
    const changed = withSource(metadata, name, (source) => {
      const moved = configuration === undefined ? source : { ...source, configuration };
      const named = customization === undefined ? moved : customized(moved, customization);
      return healthCheck === undefined ? named : { ...named, health_check: healthCheck };
    });
    return about(changed, sourceId(name));
  }),
  drop_source: command(dropSourceArgs, ({ metadata, args: { name, cascade }, context, path }) => {
    findSource(metadata, name, path);
    return about(
      drop({ kind: 'source', source: name }, { metadata, context, path, cascade }),
      sourceId(name),
    );
  }),
} satisfies Commands;

/** Commands about sources that are the same for every kind of database. */
export const ANY_SOURCE_COMMANDS = {
  rename_source: command(renameSourceArgs, ({ metadata, args: { name, newName }, path }) => {
    const names = metadata.sources.map((source) => source.name);
    if (!names.includes(name)) {
      fail('not-exists', `Could not find source with name ${JSON.stringify(name)}`, path);
    }
    if (names.includes(newName)) {
      fail('already-exists', `Source with name ${JSON.stringify(newName)} already exists`, path);
    }
    const changed = withSource(metadata, name, (source) => ({ ...source, name: newName }));
    return about(changed, sourceId(newName));
  }),
} satisfies Commands;

function customized(source: SourceMetadata, customization: SourceCustomization): SourceMetadata {
  const isEmpty = Object.keys(customization).length === 0;
  return withKey(source, 'customization', isEmpty ? undefined : customization);
}
