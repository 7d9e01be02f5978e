// The commands that are more than a change of the metadata: they show it, read databases again, or keep what other
// programs put beside it.

import type { Path } from '../error/path.ts';
import { exportMetadata } from '../metadata/export.ts';
import type { Parser } from './args/parse.ts';
import { bool, either, list, object, objectOf, oneOf, sourceName } from './args/parse.ts';
import { fail, readArgs } from './commands/command.ts';
import { dropInconsistent } from './commands/drop-inconsistent.ts';
import { inconsistencyJson } from './consistency.ts';
import { EVENT_OPERATIONS } from './event-operations.ts';
import { refuseChange } from './metadata-api.ts';
import type { CommandContext } from './run-command.ts';
import { testWebhookTransform } from './test-webhook-transform.ts';
import type { Command } from './types.ts';
import type { Work } from './work.ts';

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
    const recreated = namedSources(work, eventTriggers, command.path);
    const reloaded = namedSources(work, sources, command.path);
    if (sources === true) work.forget(null);
    else for (const source of reloaded) work.forget(source);
    work.recreateEventTriggers(recreated);
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

  async test_webhook_transform(_context, command) {
    return testWebhookTransform(command);
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

/** The sources that `true`, `false` or a list of names stands for. @throws HedgeError `not-exists` */
function namedSources(work: Work, which: boolean | readonly string[], path: Path): readonly string[] {
  const all = work.metadata().sources.map(({ name }) => name);
  if (which === true) return all;
  if (which === false) return [];
  const unknown = which.find((name) => !all.includes(name));
  if (unknown !== undefined) fail('not-exists', `Source with name "${unknown}" does not exist`, path);
  return which;
}
