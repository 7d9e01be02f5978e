// The commands that are more than a change of the metadata: they show it, read databases again, or keep what other
// programs put beside it.

import { exportMetadata } from '../metadata/export.ts';
import type { Parser } from './args/parse.ts';
import { bool, either, list, object, objectOf, oneOf, sourceName } from './args/parse.ts';
import { readArgs } from './commands/command.ts';
import { dropInconsistent } from './commands/drop-inconsistent.ts';
import { inconsistencyJson } from './consistency.ts';
import { EVENT_OPERATIONS } from './event-operations.ts';
import { refuseChange } from './metadata-api.ts';
import type { CommandContext } from './run-command.ts';
import type { Command } from './types.ts';

export type Operation = (context: CommandContext, command: Command) => Promise<unknown>;

const noArgs: Parser<unknown> = objectOf('Object');

const reloadArgs = object('ReloadMetadata', (fields) => {
  const names = either<boolean | readonly string[]>(bool, list(sourceName));
  return {
    remoteSchemas: fields.optional('reload_remote_schemas', names) ?? false,
    sources: fields.optional('reload_sources', names) ?? true,
    eventTriggers: fields.optional('recreate_event_triggers', names) ?? false,
  };
});

const catalogStateArgs = object('SetCatalogState', (fields) => ({
  type: fields.required(
    'type',
    oneOf(['cli', 'console'], 'unexpected string for type; expected cli, console'),
  ),
  state: fields.required('state', objectOf('Object')),
}));

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...EVENT_OPERATIONS,

  async export_metadata({ work }, command) {
    readArgs(noArgs, command.args, command);
    const metadata = exportMetadata(work.metadata());
    if (command.version === 1) return metadata;
    return { resource_version: work.resourceVersion, metadata };
  },

  /** Databases are asked with every change anyway; this has them asked without one, and stored as a new version. */
  async reload_metadata({ api, work }, command) {
    refuseChange(api);
    const { sources, eventTriggers } = readArgs(reloadArgs, command.args, command);
    if (eventTriggers !== false) {
      const all = work.metadata().sources.map(({ name }) => name);
      work.recreateEventTriggers(eventTriggers === true ? all : eventTriggers);
    }
    if (sources === true) work.forget(null);
    else if (sources !== false) for (const source of sources) work.forget(source);
    work.touch();
    const inconsistencies = await work.settle();
    return {
      message: 'success',
      is_consistent: inconsistencies.length === 0,
      ...(inconsistencies.length > 0 && { inconsistent_objects: inconsistencies.map(inconsistencyJson) }),
    };
  },

  async drop_inconsistent_metadata({ api, work }, command) {
    refuseChange(api);
    readArgs(noArgs, command.args, command);
    const inconsistencies = await work.settle();
    if (inconsistencies.length > 0) work.apply(command, dropInconsistent(work.metadata(), inconsistencies));
    return { message: 'success' };
  },

  async get_catalog_state({ api }, command) {
    readArgs(noArgs, command.args, command);
    return await api.store.catalogState();
  },

  async set_catalog_state({ api }, command) {
    const { type, state } = readArgs(catalogStateArgs, command.args, command);
    await api.store.setCatalogState(type, state);
    return { message: 'success' };
  },
};
