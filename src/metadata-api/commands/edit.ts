// The metadata with one part of it changed, everything else the same objects.

import type {
  FunctionMetadata,
  Metadata,
  SourceMetadata,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import { isSameName } from './find.ts';

/** The metadata with the source called `name` replaced. */
export function withSource(
  metadata: Metadata,
  name: string,
  change: (source: SourceMetadata) => SourceMetadata,
): Metadata {
  return {
    ...metadata,
    sources: metadata.sources.map((source) => (source.name === name ? change(source) : source)),
  };
}

/** The metadata with one tracked table replaced. */
export function withTable(
  metadata: Metadata,
  { source, table }: TableArgs,
  change: (table: TableMetadata) => TableMetadata,
): Metadata {
  return withSource(metadata, source, (one) => ({
    ...one,
    tables: one.tables.map((tracked) => (isSameName(tracked.table, table) ? change(tracked) : tracked)),
  }));
}

/** The metadata with one tracked function replaced. */
export function withFunction(
  metadata: Metadata,
  source: string,
  name: TableName,
  change: (fn: FunctionMetadata) => FunctionMetadata,
): Metadata {
  return withSource(metadata, source, (one) =>
    withList(one, 'functions', (functions) =>
      functions.map((fn) => (isSameName(fn.function, name) ? change(fn) : fn)),
    ),
  );
}

type ListOf<T, K extends keyof T> = NonNullable<T[K]> extends readonly (infer I)[] ? I : never;

/** An object with one of its lists replaced. Hasura's documents leave empty lists out, so an empty one takes its key along. */
export function withList<T extends object, K extends keyof T>(
  owner: T,
  key: K,
  change: (items: readonly ListOf<T, K>[]) => readonly ListOf<T, K>[],
): T {
  const items = change((owner[key] ?? []) as readonly ListOf<T, K>[]);
  if (items.length > 0) return { ...owner, [key]: items };
  const { [key]: _, ...rest } = owner;
  // Only optional lists are changed here.
  return rest as T;
}

/** An object with an optional key set, or without it when there is no value. */
export function withKey<T extends object, K extends keyof T>(owner: T, key: K, value: T[K] | undefined): T {
  if (value !== undefined) return { ...owner, [key]: value };
  const { [key]: _, ...rest } = owner;
  return rest as T;
}
