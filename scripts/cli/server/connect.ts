// The flags of a command -> the project and a connection to its server.

import { openProject, type Project } from '../project.ts';
import type { ServerFlags } from './flags.ts';
import { connectServer, type Server } from './server.ts';

/** What a command works on. */
export interface Connected {
  readonly project: Project;
  readonly server: Server;
}

/** Flags come before the environment, that before the env file, and that before config.yaml. */
export async function connectProject(flags: ServerFlags): Promise<Connected> {
  const project = await openProject(flags.project, { allowEmpty: true, envFile: flags.envfile });
  const config = project.server;
  const server = await connectServer({
    endpoint: flags.endpoint ?? config.endpoint ?? 'http://localhost:8080',
    adminSecret: flags.adminSecret ?? flags.accessKey ?? config.adminSecret,
    insecureSkipTlsVerify: flags.insecureSkipTlsVerify ?? config.insecureSkipTlsVerify,
    certificateAuthority: flags.certificateAuthority ?? config.certificateAuthority,
    paths: config.paths,
  });
  return { project, server };
}
