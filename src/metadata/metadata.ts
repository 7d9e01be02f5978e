// A metadata directory -> Metadata: reads the files, puts them together, checks everything, and tells all mistakes at once.
import { readDirectory } from './directory.ts';
import { checkDuplicates } from './duplicates.ts';
import { noteUnavailable } from './features.ts';
import type { MetadataFiles } from './files.ts';
import { createLoader, type ParseCache } from './load.ts';
import {
  documentPathText,
  sortProblems,
  type DocumentPath,
  type Place,
  type Problem,
  type Report,
} from './problem.ts';
import { placeAt, plainValue, type Tree } from './tree.ts';
import type { Metadata } from './types.ts';
import { validate } from './validate.ts';

export interface ReadOptions {
  /** The directory's name as it should stand before the file names in problems, e.g. `metadata`. */
  readonly directory?: string;
  /** Kept by the caller from one reading of the same directory to the next, which then takes only what changed. */
  readonly cache?: ParseCache;
}

export interface MetadataResult {
  /** The whole document in Hasura's spelling, names of tables and functions written out. No sources when there are problems. */
  readonly metadata: Metadata;
  /** Mistakes, by file and position. With any of them the metadata must not be used. */
  readonly problems: readonly Problem[];
  /** Parts that are read but have no effect in this version, and files nobody includes. */
  readonly notices: readonly Problem[];
  /** What was written where; for `locate`. */
  readonly tree: Tree;
}

const NO_METADATA: Metadata = { version: 3, sources: [] };

/**
 * Reads and validates a metadata directory in any form Hasura has had: the version 3 directory with `!include`,
 * the same without index files, the version 2 directory, or one file of version 1, 2 or 3.
 * See docs/metadata.md for the files, the keys and the forms of messages. Never throws for what is in the files.
 */
export async function readMetadata(files: MetadataFiles, options: ReadOptions = {}): Promise<MetadataResult> {
  const problems: Problem[] = [];
  const notices: Problem[] = [];
  const directory = (options.directory ?? '').replace(/\/+$/, '');
  const report = reportTo(problems);
  const note = reportTo(notices);
  const displayed = directory === '' ? '' : `${directory}/`;
  const loader = createLoader(files, { displayed, report, cache: options.cache ?? new Map() });
  const tree = await readDirectory(loader, report, note);
  const document = plainValue(tree);
  const valid = validate(tree, document, report);
  checkDuplicates(tree, document, report);
  noteUnavailable(tree, document, note);
  return {
    metadata: valid !== undefined && problems.length === 0 ? valid : NO_METADATA,
    problems: sortProblems(problems),
    notices: sortProblems(notices),
    tree,
  };
}

/**
 * Where the thing at a path of the document was written, or the closest thing around it: for what later stages
 * find wrong, e.g. `['sources', 0, 'tables', 3, 'select_permissions', 0]`.
 */
export function locate(result: MetadataResult, path: DocumentPath): Place {
  return placeAt(result.tree, path);
}

function reportTo(list: Problem[]): Report {
  return ({ file, line, column }, message, path = []) => {
    list.push({ file, line, column, path: printable(documentPathText(path)), message: printable(message) });
  };
}

/** Names come from the files: a terminal must not obey what is hidden in them. */
function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
