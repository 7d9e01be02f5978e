// Metadata -> the document that Hasura's `export_metadata` gives: its keys in Hasura's order, its lists sorted by name,
// and nothing in it that is the default anyway.
import { compareText, type JsonObject } from './export/json.ts';
import { exportSections } from './export/sections.ts';
import { exportSource } from './export/source.ts';
import type { Metadata } from './types.ts';

/**
 * The document as plain JSON. Reading it gives metadata that means the same and exports to the same document again.
 * Sources, tables, functions and everything else that has a name come in the order of the names, as in Hasura, so
 * that two documents that mean the same are equal.
 */
export function exportMetadata(metadata: Metadata): JsonObject {
  return {
    version: 3,
    sources: metadata.sources.toSorted((a, b) => compareText(a.name, b.name)).map(exportSource),
    ...exportSections(metadata),
  };
}
