// The text of an SQL file -> its statements, each with where it begins.

import { isComment, tokenAt } from './tokens.ts';

export interface Statement {
  /** From its first word, without comments above it, to before the semicolon. */
  readonly text: string;
  /** Index in the file where `text` begins. */
  readonly start: number;
  /** Its first words in lower case, comments left out: enough to tell what kind of statement it is. */
  readonly words: readonly string[];
}

const WORD = /^[a-z_\u0080-\uffff]/i;
const WORDS_KEPT = 3;

/**
 * Splits at the semicolons that end statements, which those in strings, comments, parentheses (rules) and
 * `begin atomic` bodies do not. Pieces of nothing but comments are left out.
 * Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function splitStatements(sql: string): readonly Statement[] {
  const statements: Statement[] = [];
  let start: number | undefined;
  let words: string[] = [];
  let parentheses = 0;
  let bodies = 0;
  let previous = '';
  const end = (index: number): void => {
    if (start !== undefined) statements.push({ text: sql.slice(start, index), start, words });
    start = undefined;
    words = [];
    parentheses = 0;
    bodies = 0;
  };
  for (let index = 0; index < sql.length;) {
    const token = tokenAt(sql, index);
    if (token === ';' && parentheses === 0 && bodies === 0) {
      end(index);
    } else if (!isComment(token) && token.trim() !== '') {
      start ??= index;
      const word = WORD.test(token) && !token.endsWith("'") ? token.toLowerCase() : '';
      if (word !== '' && words.length < WORDS_KEPT) words.push(word);
      if (token === '(') parentheses += 1;
      else if (token === ')') parentheses -= 1;
      else if (word === 'atomic' && previous === 'begin') bodies += 1;
      else if (word === 'case' && bodies > 0) bodies += 1;
      else if (word === 'end' && bodies > 0) bodies -= 1;
      previous = word;
    }
    index += token.length;
  }
  end(sql.length);
  return statements;
}
