// `hedge schema`: a role's GraphQL schema as SDL on standard output.

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import { UserError } from '../database/user-error.ts';
import { namedDatabases, readCatalogs } from './databases.ts';
import { catalogsOfMigrations } from './migrated-catalogs.ts';
import { createProgress, type Progress } from './progress.ts';
import { compileProject, loadMetadata, openProject } from './project.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';

/** The flags. */
export interface SchemaOptions {
  readonly role: string;
  readonly project: string;
  readonly databaseUrl?: string;
}

/** Prints the SDL to standard output. @throws UserError when the project has mistakes, or nobody has the role. */
export async function schema(options: SchemaOptions): Promise<void> {
  const shutdown = listenForShutdown();
  const interrupted = shutdown.requested.then(() => {
    throw new UserError('Stopped.');
  });
  try {
    process.stdout.write(await Promise.race([schemaText(options, createProgress(), shutdown), interrupted]));
  } finally {
    await shutdown.stopAll();
  }
}

async function schemaText(options: SchemaOptions, progress: Progress, shutdown: Shutdown): Promise<string> {
  const project = await openProject(options.project);
  const metadata = await loadMetadata(project, progress);
  const url = options.databaseUrl;
  const catalogs =
    url === undefined
      ? await catalogsOfMigrations(metadata.metadata, { project, progress, shutdown })
      : await readCatalogs(
          namedDatabases(metadata.metadata, { url, name: '--database-url' }, project.environment),
        );
  const { artifact, inconsistencies } = compileProject(metadata, catalogs, project.environment);
  for (const line of inconsistencies) progress.warn(line);
  const view = openArtifact(encodeArtifact(artifact));
  if (!Object.hasOwn(view.header.roles, options.role)) {
    throw new UserError(
      `No permission is given to a role "${options.role}". Roles: ${Object.keys(view.header.roles).join(', ')}`,
    );
  }
  return printRoleSchema(view.role(options.role));
}
