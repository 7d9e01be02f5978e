// Commands that create and drop REST endpoints.

import { createRestEndpointArgs, dropRestEndpointArgs } from '../args/collections.ts';
import { about, command, type Commands, fail, noneNew } from './command.ts';
import { withList } from './edit.ts';
import { restEndpointId } from './ids.ts';

export const REST_ENDPOINT_COMMANDS = {
  create_rest_endpoint: command(createRestEndpointArgs, ({ metadata, args, path }) => {
    if (metadata.rest_endpoints?.some(({ name }) => name === args.name) === true) {
      fail('already-exists', `Endpoint with name: ${args.name} already exists`, path);
    }
    const changed = withList(metadata, 'rest_endpoints', (others) => [...others, args]);
    return about(changed, restEndpointId(args.name));
  }),
  drop_rest_endpoint: command(dropRestEndpointArgs, ({ metadata, args, path }) => {
    if (metadata.rest_endpoints?.some(({ name }) => name === args.name) !== true) {
      fail('not-exists', `endpoint with name: ${args.name} does not exist`, path);
    }
    return noneNew(
      withList(metadata, 'rest_endpoints', (all) => all.filter(({ name }) => name !== args.name)),
    );
  }),
} satisfies Commands;
