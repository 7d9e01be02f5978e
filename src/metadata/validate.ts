// A document as it was written -> Metadata, or the list of everything in it that is not Hasura's format.
import * as v from 'valibot';

import { subject } from './describe.ts';
import { isAboutKey, pathOf, withoutSlips, type Issue } from './issue.ts';
import type { Report } from './problem.ts';
import { isMapping, PREDICATE } from './schema/common.ts';
import { document as documentSchema } from './schema/document.ts';
import { HOLE, placeAt, type Tree } from './tree.ts';
import type { Metadata } from './types.ts';

/** What to write where a key is missing; other keys explain themselves. */
const MISSING_HINTS: ReadonlyMap<string, string> = new Map([
  ['filter', 'add "filter: {}" to allow every row'],
  ['check', 'add "check: {}" to allow every row'],
  ['columns', 'add "columns: \'*\'" or a list of columns'],
  ['permission', 'put columns, filter and the other rules below "permission:"'],
  ['kind', 'add "kind: postgres"'],
  ['output_type', 'declare the action in actions.graphql'],
  ['fields', 'declare the type in actions.graphql'],
  ['values', 'declare the type in actions.graphql'],
  ['configuration', 'add "configuration:" with connection_info.database_url.from_env below it'],
]);

/** Validates the document in `root`. Answers undefined when anything was reported. */
export function validate(root: Tree, document: unknown, report: Report): Metadata | undefined {
  const result = v.safeParse(documentSchema, document);
  for (const issue of withoutSlips(result.issues ?? [])) reportIssue(root, document, issue, report);
  return result.success ? result.output : undefined;
}

function reportIssue(root: Tree, document: unknown, issue: Issue, report: Report): void {
  // What stands there could not be read, and that was reported.
  if (issue.input === HOLE) return;
  const path = pathOf(issue);
  const around = path.slice(0, -1);
  const aboutKey = isAboutKey(issue);
  if (issue.type === PREDICATE) {
    const who = subject(document, aboutKey ? around : path);
    report(placeAt(root, path, aboutKey ? 'key' : 'value'), `${who} ${sentenceEnd(issue.message)}`, path);
  } else if (aboutKey) {
    const key = String(path.at(-1));
    const hint = MISSING_HINTS.get(key) ?? `add "${key}"`;
    report(placeAt(root, around, 'value'), `${subject(document, around)} lacks "${key}"; ${hint}.`, path);
  } else {
    const message = `${subject(document, path)} must be ${issue.message}`;
    report(placeAt(root, path, 'value'), sentenceEnd(message + butIs(issue)), path);
  }
}

function sentenceEnd(text: string): string {
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** What stands there instead; the value itself only among fixed words, as others may be secrets. */
function butIs(issue: Issue): string {
  if (['never', 'max_length', 'non_empty'].includes(issue.type)) return '';
  const { input } = issue;
  const isWord = issue.type === 'picklist' && typeof input === 'string' && input.length <= 40;
  if (isWord) return `, not "${input}"`;
  const isUnquoted = issue.type === 'string' && (typeof input === 'number' || typeof input === 'boolean');
  return `, not ${nounFor(input)}${isUnquoted ? '; put it in quotes' : ''}`;
}

function nounFor(input: unknown): string {
  if (input === null || input === undefined) return 'empty';
  if (Array.isArray(input)) return 'a list';
  if (isMapping(input)) return 'a mapping';
  switch (typeof input) {
    case 'string':
      return 'a text';
    case 'number':
      if (!Number.isInteger(input)) return 'a fraction';
      return input < 0 ? 'a negative number' : 'a number';
    case 'boolean':
      return input ? 'true' : 'false';
    default:
      return 'another value';
  }
}
