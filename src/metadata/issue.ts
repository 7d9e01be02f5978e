// What the schemas' issues say, asked for by everyone who tells a user about them.
import type * as v from 'valibot';

import { documentPathText, type DocumentPath } from './problem.ts';
import { MEANT_KEY, PREDICATE } from './schema/common.ts';

export type Issue = v.BaseIssue<unknown>;

/** Where in the document the issue is. */
export function pathOf(issue: Issue): DocumentPath {
  return (issue.path ?? []).map((item) => item.key as string | number);
}

/** Whether the issue is about a key rather than the value behind it: one that is missing, or one that is not known. */
export function isAboutKey(issue: Issue): boolean {
  const last = issue.path?.at(-1);
  return last?.type === 'object' && last.origin === 'key';
}

export function isMissingKey(issue: Issue): boolean {
  return issue.type !== PREDICATE && isAboutKey(issue);
}

export function isUnknownKey(issue: Issue): boolean {
  return issue.type === PREDICATE && isAboutKey(issue);
}

/** The path of the key that an unknown key was meant to be; undefined when none comes close. */
export function meantKey(issue: Issue): string | undefined {
  const key = MEANT_KEY.exec(issue.message)?.[1];
  return key === undefined ? undefined : documentPathText([...pathOf(issue).slice(0, -1), key]);
}

/** The issues without the missing keys that are there, misspelt: `fliter` instead of `filter` is one mistake. */
export function withoutSlips(issues: readonly Issue[]): readonly Issue[] {
  const meant = new Set(issues.map(meantKey));
  return issues.filter((issue) => !isMissingKey(issue) || !meant.has(documentPathText(pathOf(issue))));
}
