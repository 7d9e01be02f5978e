// What readers and checks of metadata report: a place in a file, the path in the document, and a sentence.

/** A position in one of the project's files; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Keys and list indexes from the document's root: `['sources', 0, 'tables', 3]`. */
export type DocumentPath = readonly (string | number)[];

export interface Problem extends Place {
  /** The path in Hasura's document, as text; empty where a file could not be read as a document. */
  readonly path: string;
  readonly message: string;
}

/** Takes the problems of one reading, in the order they are found. */
export type Report = (place: Place, message: string, path?: DocumentPath) => void;

/** `['sources', 0, 'tables', 1]` as `sources[0].tables[1]`; keys that are not plain words as `['a b']`. */
export function documentPathText(path: DocumentPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
  }
  return text;
}

/** One line for a terminal, `file:line:column: message (at path)`, in the form editors turn into a link. */
export function formatProblem(problem: Problem): string {
  const at = problem.path === '' ? '' : ` (at ${problem.path})`;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}${at}`;
}

/** Orders problems by file, then by position, and leaves out the ones that say the same thing twice. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
