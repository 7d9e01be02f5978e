// What a source has of native queries and logical models -> as the metadata says them.

import { exportLogicalModel, exportNativeQuery } from '../../metadata/export/source.ts';
import { inSourceArgs } from '../args/native-queries.ts';
import { readArgs } from '../commands/command.ts';
import { sourceOfKind } from '../commands/native-queries.ts';
import type { Query } from './queries.ts';

/** @throws HedgeError `not-found` for a source that is not there. */
export const getNativeQueries: Query = (command, { metadata }) => {
  const { source } = readArgs(inSourceArgs, command.args, command);
  return (sourceOfKind(metadata, source, command.path).native_queries ?? []).map(exportNativeQuery);
};

/** @throws HedgeError `not-found` for a source that is not there. */
export const getLogicalModels: Query = (command, { metadata }) => {
  const { source } = readArgs(inSourceArgs, command.args, command);
  return (sourceOfKind(metadata, source, command.path).logical_models ?? []).map(exportLogicalModel);
};
