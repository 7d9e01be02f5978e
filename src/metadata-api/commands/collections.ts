// Commands about query collections and the allow list that is made of them.

import { at, type Path } from '../../error/path.ts';
import type { AllowlistEntry, QueryCollectionMetadata } from '../../metadata/section-types.ts';
import type { Metadata } from '../../metadata/types.ts';
import {
  addCollectionToAllowlistArgs,
  addQueryToCollectionArgs,
  createQueryCollectionArgs,
  dropCollectionFromAllowlistArgs,
  dropQueryCollectionArgs,
  dropQueryFromCollectionArgs,
  renameQueryCollectionArgs,
  updateScopeArgs,
} from '../args/collections.ts';
import { command, type Commands, fail, noneNew } from './command.ts';
import { withList } from './edit.ts';
import { duplicates } from './find.ts';

export const COLLECTION_COMMANDS = {
  create_query_collection: command(createQueryCollectionArgs, ({ metadata, args, path }) => {
    checkFree(metadata, args.name, at(path, 'name'));
    const twice = duplicates(args.definition.queries, ({ name }) => name).map(({ name }) => quoted(name));
    if (twice.length > 0) {
      const queries = at(at(path, 'definition'), 'queries');
      fail('not-supported', `found duplicate query names ${twice.join(', ')}`, queries);
    }
    return noneNew(withList(metadata, 'query_collections', (others) => [...others, args]));
  }),
  rename_query_collection: command(renameQueryCollectionArgs, ({ metadata, args, path }) => {
    const { name, newName } = args;
    findCollection(metadata, name, path);
    checkFree(metadata, newName, at(path, 'new_name'));
    return noneNew(withCollection(metadata, name, (one) => ({ ...one, name: newName })));
  }),
  drop_query_collection: command(dropQueryCollectionArgs, ({ metadata, args, path }) => {
    const { collection: name, cascade } = args;
    findCollection(metadata, name, at(path, 'collection'));
    if (allowlistEntry(metadata, name) && !cascade) {
      fail(
        'dependency-error',
        `query collection with name ${quoted(name)} is present in the allowlist; cannot proceed to drop. ` +
          'please use cascade to confirm you wish to drop it from the allowlist as well',
        at(path, 'collection'),
      );
    }
    const disallowed = withoutAllowlistEntry(metadata, name);
    return noneNew(
      withList(disallowed, 'query_collections', (all) => all.filter((one) => one.name !== name)),
    );
  }),
  add_query_to_collection: command(addQueryToCollectionArgs, ({ metadata, args, path }) => {
    const { collection: name, query } = args;
    if (findCollection(metadata, name, path).definition.queries.some((one) => one.name === query.name)) {
      fail(
        'already-exists',
        `query with name ${quoted(query.name)} already exists in collection ${quoted(name)}`,
        path,
      );
    }
    return noneNew(withQueries(metadata, name, (queries) => [...queries, query]));
  }),
  drop_query_from_collection: command(dropQueryFromCollectionArgs, ({ metadata, args, path }) => {
    const { collection: name, query } = args;
    if (!findCollection(metadata, name, path).definition.queries.some((one) => one.name === query)) {
      fail('not-found', `query with name ${quoted(query)} not found in collection ${quoted(name)}`, path);
    }
    return noneNew(withQueries(metadata, name, (queries) => queries.filter((one) => one.name !== query)));
  }),
  add_collection_to_allowlist: command(addCollectionToAllowlistArgs, ({ metadata, args, path }) => {
    const { collection: name } = args;
    findCollection(metadata, name, at(path, 'collection'));
    if (!allowlistEntry(metadata, name)) {
      return noneNew(withList(metadata, 'allowlist', (others) => [...others, args]));
    }
    const message =
      `collection ${quoted(name)} already exists in the allowlist, scope ignored; ` +
      'to change scope, use update_scope_of_collection_in_allowlist';
    return noneNew(metadata, () => ({ message }));
  }),
  drop_collection_from_allowlist: command(dropCollectionFromAllowlistArgs, ({ metadata, args, path }) => {
    const { collection: name } = args;
    findCollection(metadata, name, at(path, 'collection'));
    if (!allowlistEntry(metadata, name)) fail('not-found', notAllowed(name), path);
    return noneNew(withoutAllowlistEntry(metadata, name));
  }),
  update_scope_of_collection_in_allowlist: command(updateScopeArgs, ({ metadata, args, path }) => {
    const { collection: name } = args;
    findCollection(metadata, name, at(path, 'collection'));
    if (!allowlistEntry(metadata, name)) fail('not-found', notAllowed(name), path);
    return noneNew(
      withList(metadata, 'allowlist', (entries) =>
        entries.map((entry) => (entry.collection === name ? args : entry)),
      ),
    );
  }),
} satisfies Commands;

function quoted(name: string): string {
  return JSON.stringify(name);
}

function notAllowed(name: string): string {
  return `collection ${quoted(name)} doesn't exist in the allowlist`;
}

/** @throws HedgeError `not-exists` */
function findCollection(metadata: Metadata, name: string, path: Path): QueryCollectionMetadata {
  return (
    metadata.query_collections?.find((one) => one.name === name) ??
    fail('not-exists', `query collection with name ${quoted(name)} does not exist`, path)
  );
}

function checkFree(metadata: Metadata, name: string, path: Path): void {
  if (metadata.query_collections?.some((one) => one.name === name) === true) {
    fail('already-exists', `query collection with name ${quoted(name)} already exists`, path);
  }
}

function withCollection(
  metadata: Metadata,
  name: string,
  change: (collection: QueryCollectionMetadata) => QueryCollectionMetadata,
): Metadata {
  return withList(metadata, 'query_collections', (all) =>
    all.map((one) => (one.name === name ? change(one) : one)),
  );
}

type Queries = QueryCollectionMetadata['definition']['queries'];

function withQueries(metadata: Metadata, name: string, change: (queries: Queries) => Queries): Metadata {
  return withCollection(metadata, name, (one) => ({
    ...one,
    definition: { queries: change(one.definition.queries) },
  }));
}

function allowlistEntry(metadata: Metadata, name: string): AllowlistEntry | undefined {
  return metadata.allowlist?.find(({ collection }) => collection === name);
}

function withoutAllowlistEntry(metadata: Metadata, name: string): Metadata {
  return withList(metadata, 'allowlist', (entries) =>
    entries.filter(({ collection }) => collection !== name),
  );
}
