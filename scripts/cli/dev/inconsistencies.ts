// The objects a server calls inconsistent -> a line for each, with the place in the project's files where there is one.

import type { MetadataResult } from '../../../src/metadata/metadata.ts';
import { UserError } from '../../database/user-error.ts';
import { readCatalogs, type SourceDatabase } from '../databases.ts';
import type { Environment } from '../environment.ts';
import type { InconsistentObject } from '../metadata/server-metadata.ts';
import { compileProject } from '../project.ts';

/**
 * The server says what and why; where is found out by compiling the same metadata here, which knows paths. What is
 * inconsistent for another reason than its database comes without a place.
 */
export async function inconsistencyLines(
  objects: readonly InconsistentObject[],
  metadata: MetadataResult,
  databases: readonly SourceDatabase[],
  environment: Environment,
): Promise<readonly string[]> {
  if (objects.length === 0) return [];
  const inconsistencies = await placedLines(metadata, databases, environment);
  return objects.map(({ name, type, reason }) => {
    const called = name ?? type;
    return inconsistencies.find((line) => line.includes(`: ${called}: `)) ?? `${called}: ${reason}`;
  });
}

/** None where a database cannot be asked, which is among the reasons already. */
async function placedLines(
  metadata: MetadataResult,
  databases: readonly SourceDatabase[],
  environment: Environment,
): Promise<readonly string[]> {
  try {
    return compileProject(metadata, await readCatalogs(databases), environment).inconsistencies;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
