// Commands that set what roles may ask for: API limits, and whether they are told of their schema.

import { introspectionOptionsArgs, setApiLimitsArgs } from '../args/limits.ts';
import { anything } from '../args/parse.ts';
import { command, type Commands, noneNew } from './command.ts';
import { withKey } from './edit.ts';

export const LIMIT_COMMANDS = {
  /** Replaces all limits there were. */
  set_api_limits: command(setApiLimitsArgs, ({ metadata, args }) =>
    noneNew(withKey(metadata, 'api_limits', args)),
  ),
  remove_api_limits: command(anything, ({ metadata }) => noneNew(withKey(metadata, 'api_limits', undefined))),
  set_graphql_schema_introspection_options: command(introspectionOptionsArgs, ({ metadata, args }) =>
    noneNew(withKey(metadata, 'graphql_schema_introspection', args)),
  ),
} satisfies Commands;
