// The text of a query -> the same with the values that are written in it under masked names replaced.

import { MASK } from './mask.ts';

/** Strings, comments, names (`$` before a variable's), numbers, and single characters of everything else but space. */
const TOKEN =
  /"""(?:[^\\]|\\"""|\\)*?"""|"(?:[^"\\\n\r]|\\.)*"?|#[^\n\r]*|\$?[A-Za-z_]\w*|-?\d[\d.eE+-]*|[^\s,]/g;

export interface MaskedText {
  readonly text: string;
  /** Whether a value was hidden. */
  readonly holdsMasked: boolean;
}

/**
 * Hides literals behind `name:`, and defaults of variables, for names (lower case) that are masked, in lists and objects too:
 * `{ login(password: "x") }` becomes `{ login(password: "***") }`. Variables and their types stay. The text is not parsed:
 * it may be no GraphQL.
 */
export function maskText(text: string, names: ReadonlySet<string>): MaskedText {
  if (names.size === 0) return { text, holdsMasked: false };
  let masked = '';
  let end = 0;
  let holdsMasked = false;
  /** The name before a colon. */
  let name = '';
  /** The variable whose definition may go on. */
  let variable = '';
  /** Brackets that are open in a value that is hidden; null: outside of one. */
  let depth: number | null = null;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (depth === null) {
      if (token === ':' ? names.has(name) : token === '=' && names.has(variable)) depth = 0;
      name = token.toLowerCase();
      if (name.startsWith('$')) variable = name.slice(1);
      continue;
    }
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (isValue(token, text, index)) {
      masked += `${text.slice(end, index)}"${MASK}"`;
      end = index + token.length;
      holdsMasked = true;
    }
    if (depth <= 0 && token !== '!') depth = null;
    name = '';
  }
  return { text: masked + text.slice(end), holdsMasked };
}

/** A string, a number, a name that is no key of an object; not a variable. */
function isValue(token: string, text: string, index: number): boolean {
  if (/^["\d-]/.test(token)) return true;
  return (
    /^[A-Za-z_]/.test(token) && !/^\s*:/.test(text.slice(index + token.length, index + token.length + 40))
  );
}
