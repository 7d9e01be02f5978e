// The words a template is made of.

import type { Span } from './error.ts';

export type Punctuation =
  | '{{'
  | '}}'
  | '{'
  | '}'
  | '['
  | ']'
  | '('
  | ')'
  | ','
  | ':'
  | ':='
  | '.'
  | '?'
  | '??'
  | '=='
  | '!='
  | '<='
  | '>='
  | '<'
  | '>'
  | '&&'
  | '||'
  | '_';

export type Token = { readonly span: Span } & (
  | { readonly kind: 'symbol'; readonly text: Punctuation }
  /** A name or a keyword. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  /** The `"` around a text, whose pieces and `{{ }}` are tokens of their own. */
  | { readonly kind: 'text begins' | 'text ends' }
  /** A piece of a text, or a name in single quotes, its escapes read. */
  | { readonly kind: 'piece' | 'quoted name'; readonly text: string }
);

/** The token as it is shown in an error. */
export function tokenText(token: Token): string {
  switch (token.kind) {
    case 'text begins':
    case 'text ends':
      return '"';
    case 'piece':
      return `"${token.text}"`;
    // For Hasura the quote is a token by itself.
    case 'quoted name':
      return "'";
    default:
      return token.text;
  }
}

/** Whether it is this symbol or keyword. */
export function isWord(token: Token | undefined, kind: 'symbol' | 'name', text: string): boolean {
  return token?.kind === kind && token.text === text;
}
