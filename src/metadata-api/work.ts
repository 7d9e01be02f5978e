// One request to the metadata API -> a working copy of the metadata, changed command by command, checked against the
// databases, and stored as one new version at the end, or not at all.

import { encodeArtifact } from '../artifact/encode.ts';
import type { Artifact, Inconsistency } from '../artifact/types.ts';
import type { DatabaseCatalog } from '../catalog/types.ts';
import type { Database, Statement } from '../execute/types.ts';
import { exportMetadata } from '../metadata/export.ts';
import type { Metadata, SourceMetadata } from '../metadata/types.ts';
import { must } from '../util/assert.ts';
import type { SourceCatalogs } from './catalogs.ts';
import { NO_CATALOGS, readSourceCatalogs } from './catalogs.ts';
import { artifactFormat, compileVersion } from './compile-version.ts';
import { checkConsistency } from './consistency.ts';
import { type DatabaseChange, eventTriggerChanges, eventTriggerError } from './event-triggers.ts';
import type { MetadataApi } from './metadata-api.ts';
import { refuseRoleCycles } from './role-cycles.ts';
import { readStoredMetadata } from './stored-metadata.ts';
import type { Change, Command } from './types.ts';

/** A change that was made and not checked yet. */
interface Pending {
  readonly command: Command;
  readonly change: Change;
}

/** A working copy as it was at some moment. */
interface Snapshot {
  readonly settled: Metadata;
  readonly metadata: Metadata;
  readonly pending: readonly Pending[];
  readonly isTouched: boolean;
  readonly known: SourceCatalogs;
}

/** The metadata while a request changes it. */
export interface Work {
  readonly resourceVersion: number;
  metadata(): Metadata;
  /** What the databases hold, asked when first needed. */
  catalogs(): Promise<SourceCatalogs>;
  /** Forgets what a source's database holds, because a statement changed it; null forgets all. */
  forget(source: string | null): void;
  /** Takes a change over, to be checked by `settle`. */
  apply(command: Command, change: Change): void;
  /** Takes over metadata that follows what a statement changed, and what the database will hold then. */
  follow(metadata: Metadata, source: string, catalog: DatabaseCatalog): void;
  /** What `restore` goes back to. */
  snapshot(): Snapshot;
  restore(snapshot: Snapshot): void;
  /** Checks what was applied, and gives what is inconsistent now. @throws HedgeError with the path of its command. */
  settle(): Promise<readonly Inconsistency[]>;
  /** Has a new version stored even if no command changed anything. */
  touch(): void;
  /** Has the event triggers of these sources made anew in their databases when the working copy is stored. */
  recreateEventTriggers(sources: readonly string[]): void;
  /** Notes that something was done that cannot be taken back, such as a statement that was committed. */
  noteEffect(): void;
  hasEffects(): boolean;
  /** Whether `store` would store something. */
  isChanged(): boolean;
  /**
   * What stores the working copy as the next version, for a transaction that does more. The event triggers of databases
   * that the transaction does not reach are changed before.
   */
  storeStatements(): Promise<readonly Statement[]>;
  /** What brings the event triggers of one database into step with the working copy, for a transaction that does more. */
  eventTriggerStatements(database: Database): Promise<readonly Statement[]>;
  /** Tells that a transaction with `storeStatements` was committed. */
  stored(): void;
  /** Stores the working copy if it is changed. @throws HedgeError `conflict` when another writer was first. */
  store(): Promise<void>;
}

/** Begins with the newest stored version. */
export async function openWork(api: MetadataApi): Promise<Work> {
  const { store, defaultSource, compileOptions } = api;
  let stored = await store.load();
  if (stored === null) {
    await api.begin();
    stored = await store.load();
  }
  let resourceVersion = stored?.resourceVersion ?? 0;
  /** As it was when all that was applied had been checked. */
  let settled = readStoredMetadata(stored?.metadata, defaultSource);
  let metadata = settled;
  /** As it was stored last, to which the event triggers in the databases belong. */
  let kept = settled;
  let recreated: ReadonlySet<string> = new Set();
  let pending: readonly Pending[] = [];
  let isTouched = false;
  let isDone = false;
  let known: SourceCatalogs = NO_CATALOGS;
  let compiled: Compiled | undefined;

  const catalogs = async (): Promise<SourceCatalogs> =>
    (known = await readSourceCatalogs(metadata.sources, api, known));
  const compileNow = async (of: Metadata): Promise<Artifact> => {
    const now = await catalogs();
    if (compiled?.metadata !== of || compiled.catalogs !== now) {
      compiled = { metadata: of, catalogs: now, artifact: compileVersion(of, now, compileOptions) };
    }
    return compiled.artifact;
  };
  /** Checks one by one, to find the command that is to blame. */
  const blame = async (): Promise<void> => {
    let before: readonly Inconsistency[] = (await compileNow(settled)).inconsistencies;
    for (const { command, change } of pending) {
      const after = (await compileNow(change.metadata)).inconsistencies;
      refuseRoleCycles(change.metadata, command.path);
      checkConsistency(change.consistency, before, after, command.path);
      before = after;
    }
  };
  const nextVersion = async () => ({
    after: resourceVersion,
    metadata: JSON.stringify(exportMetadata(metadata)),
    artifact: encodeArtifact(await compileNow(metadata)),
    format: artifactFormat(compileOptions),
  });
  let prepared: { readonly artifact: string } | undefined;
  const triggerChanges = async (): Promise<readonly DatabaseChange[]> =>
    await eventTriggerChanges(api, {
      before: kept,
      after: metadata,
      catalogs: (await catalogs()).catalogs,
      recreated,
    });
  /** Changes event triggers where the metadata is not; what is left is to be done together with storing it. */
  const sharedTriggerStatements = async (): Promise<readonly Statement[]> => {
    const changes = await triggerChanges();
    for (const { database, isShared, statements } of changes) {
      if (isShared) continue;
      try {
        await database.transaction(statements);
      } catch (error) {
        throw eventTriggerError(error);
      }
    }
    return changes.flatMap(({ isShared, statements }) => (isShared ? statements : []));
  };

  const work: Work = {
    get resourceVersion() {
      return resourceVersion;
    },
    metadata: () => metadata,
    catalogs,
    forget(source) {
      if (source === null) known = NO_CATALOGS;
      else {
        known = {
          catalogs: without(known.catalogs, source),
          unreachable: without(known.unreachable, source),
        };
      }
    },
    apply(command, change) {
      pending = [...pending, { command, change }];
      for (const source of movedSources(metadata, change.metadata)) work.forget(source);
      metadata = change.metadata;
    },
    follow(followed, source, catalog) {
      metadata = followed;
      known = {
        catalogs: new Map([...known.catalogs, [source, catalog]]),
        unreachable: without(known.unreachable, source),
      };
    },
    snapshot: () => ({ settled, metadata, pending, isTouched, known }),
    restore(snapshot) {
      ({ settled, metadata, pending, isTouched, known } = snapshot);
    },
    async settle() {
      const { inconsistencies } = await compileNow(metadata);
      // One check for all of them: only where something is inconsistent it matters what was so before.
      if (inconsistencies.length > 0 && pending.length > 0) await blame();
      if (pending.length > 0) isTouched = true;
      settled = metadata;
      pending = [];
      return inconsistencies;
    },
    touch() {
      isTouched = true;
    },
    recreateEventTriggers(sources) {
      recreated = new Set([...recreated, ...sources]);
    },
    noteEffect() {
      isDone = true;
    },
    hasEffects: () => isDone,
    isChanged: () => isTouched || pending.length > 0,
    async storeStatements() {
      const version = await nextVersion();
      prepared = version;
      return [...(await sharedTriggerStatements()), ...store.saveStatements(version)];
    },
    async eventTriggerStatements(database) {
      const changes = await triggerChanges();
      return changes.find((change) => change.database === database)?.statements ?? [];
    },
    stored() {
      const { artifact } = must(prepared, 'the statements were asked for');
      prepared = undefined;
      resourceVersion += 1;
      settled = metadata;
      kept = metadata;
      recreated = new Set();
      pending = [];
      isTouched = false;
      api.adopt(resourceVersion, artifact);
    },
    async store() {
      if (!work.isChanged()) return;
      await work.settle();
      const version = await nextVersion();
      prepared = version;
      const statements = await sharedTriggerStatements();
      await store.save(
        version,
        statements.length > 0 ? { statements, errorOf: eventTriggerError } : undefined,
      );
      work.stored();
    },
  };
  return work;
}

interface Compiled {
  readonly metadata: Metadata;
  readonly catalogs: SourceCatalogs;
  readonly artifact: Artifact;
}

/** Names that stand for another database than before. */
function movedSources(before: Metadata, after: Metadata): readonly string[] {
  const connections = new Map(before.sources.map((source) => [source.name, connectionOf(source)]));
  return after.sources
    .filter((source) => connections.get(source.name) !== connectionOf(source))
    .map((source) => source.name);
}

function connectionOf(source: SourceMetadata): string {
  return JSON.stringify(source.configuration.connection_info.database_url);
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([name]) => name !== key));
}
