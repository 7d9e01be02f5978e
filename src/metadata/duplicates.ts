// Finds what a document declares twice: tables, roles of a permission, fields of a table. Hasura refuses these, and
// which of the two would count must not depend on the order of files.
import { NAMED_LISTS, nameOf, subject } from './describe.ts';
import type { DocumentPath, Place, Report } from './problem.ts';
import { isMapping } from './schema/common.ts';
import { placeAt, type Tree } from './tree.ts';

/** These lists add fields to the same GraphQL type, so a name may occur in one of them only. */
const FIELD_LISTS = [
  'object_relationships',
  'array_relationships',
  'computed_fields',
  'remote_relationships',
];

/** Reports every second declaration of a name, with the place of the first. */
export function checkDuplicates(root: Tree, document: unknown, report: Report): void {
  const at = (path: DocumentPath) => placeAt(root, path, 'value');
  visit(document, [], at, (path, first) => {
    report(
      at(path),
      `${subject(document, path)} is declared twice, here and at ${first.file}:${first.line}; keep one of the two.`,
      path,
    );
  });
}

type OnTwice = (path: DocumentPath, first: Place) => void;

function visit(value: unknown, path: DocumentPath, at: (path: DocumentPath) => Place, twice: OnTwice): void {
  if (!isMapping(value)) return;
  const fields = new Map<string, Place>();
  for (const [key, list] of Object.entries(value)) {
    // The types of actions are the one level that is not a list.
    if (key === 'custom_types') visit(list, [...path, key], at, twice);
    if (!NAMED_LISTS.has(key) || !Array.isArray(list)) continue;
    const names = FIELD_LISTS.includes(key) ? fields : new Map<string, Place>();
    for (const [index, item] of list.entries()) {
      const itemPath = [...path, key, index];
      const name = nameOf(key, item);
      const first = name === undefined ? undefined : names.get(name);
      if (first !== undefined) twice(itemPath, first);
      else if (name !== undefined) names.set(name, at(itemPath));
      visit(item, itemPath, at, twice);
    }
  }
}
