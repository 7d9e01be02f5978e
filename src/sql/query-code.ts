// The code of a native query -> its text and the arguments between, ready to stand in parentheses of a statement of ours.

import { isComment, tokenAt } from './tokens.ts';

/** Text, or an argument whose value stands there. */
export type CodePart = string | { readonly argument: string };

export type QueryCode = { readonly parts: readonly CodePart[] } | { readonly problem: string };

/** Hasura's own words. */
export const UNCLOSED_ARGUMENT = "Found '{{' without a matching closing '}}'";

/**
 * Reads `select … where id = {{id}};`. Semicolons at the end are left out, and a line end is put there for the sake of a
 * comment. Refused is what could not be what it seems to be: an argument inside quotes, where its value would be text of
 * the query; a parenthesis that closes ours; a parameter `$1`, which would be one of our own; a second statement.
 */
export function parseQueryCode(code: string): QueryCode {
  const parts: CodePart[] = [];
  let text = '';
  let depth = 0;
  let ended = false;
  const fail = (problem: string): QueryCode => ({ problem });
  for (let index = 0; index < code.length;) {
    if (code.startsWith('{{', index)) {
      const end = code.indexOf('}', index);
      if (end < 0 || code[end + 1] !== '}') return fail(UNCLOSED_ARGUMENT);
      if (ended) return fail('the query has more than one statement');
      parts.push(text, { argument: code.slice(index + 2, end).trim() });
      text = '';
      index = end + 2;
      continue;
    }
    const token = tokenAt(code, index);
    index += token.length;
    if (token === ';' && depth === 0) {
      ended = true;
      continue;
    }
    const isBlank = isComment(token) || token.trim() === '';
    if (ended && !isBlank) return fail('the query has more than one statement');
    if (token.startsWith('/*') && !/[^]\*\/$/.test(token)) return fail('the query has a comment without end');
    if (token === "'" || token === '"') return fail('the query has a quote without end');
    if (token === '$') return fail('the query has a $ that is not in quotes: arguments are written {{name}}');
    const quoted = !isBlank && /['"$]/.test(token.at(-1) ?? '') ? /\{\{([^{}]*)\}\}/.exec(token) : null;
    if (quoted && /^\s*[_a-z]\w*\s*$/i.test(quoted[1] ?? ''))
      return fail(`the argument "${(quoted[1] ?? '').trim()}" stands inside quotes, where it has no value`);
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    if (depth < 0) return fail('the query closes a parenthesis it did not open');
    text += token;
  }
  if (depth > 0) return fail('the query opens a parenthesis it does not close');
  if (code.includes('\0')) return fail('the query holds the character NUL');
  if ([...parts, text].every((part) => typeof part === 'string' && part.trim() === ''))
    return fail('the query is empty');
  return { parts: [...parts, `${text.trimEnd()}\n`].filter((part) => part !== '') };
}
