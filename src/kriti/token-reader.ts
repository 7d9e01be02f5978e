// The tokens of a template, one after the other, and the error for one that is not wanted.

import { KritiError, type Span } from './error.ts';
import { isWord, type Punctuation, type Token, tokenText } from './tokens.ts';

/** Where a parser is in its tokens. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  /** Hasura reads all tokens before it parses, and tells of a mistake where it had stopped to read. */
  readonly last: Span;
  #next = 0;

  constructor(tokens: readonly Token[], last: Span) {
    this.#tokens = tokens;
    this.last = last;
  }

  /** The next one; undefined at the end. */
  get token(): Token | undefined {
    return this.#tokens[this.#next];
  }

  /** @throws KritiError `Parse Error`, always, at the next token. */
  unexpected(): never {
    const { token } = this;
    const message = token ? `Unexpected token '${tokenText(token)}'.` : 'ParseError: Empty token stream.';
    throw new KritiError('Parse Error', message, token?.span ?? this.last, this.last);
  }

  take(): Token {
    const { token } = this;
    if (!token) this.unexpected();
    this.#next += 1;
    return token;
  }

  is(text: Punctuation, ahead = 0): boolean {
    return isWord(this.#tokens[this.#next + ahead], 'symbol', text);
  }

  isKeyword(text: string, ahead = 0): boolean {
    return isWord(this.#tokens[this.#next + ahead], 'name', text);
  }

  expect(text: Punctuation): Token {
    return this.is(text) ? this.take() : this.unexpected();
  }

  expectKeyword(text: string): Token {
    return this.isKeyword(text) ? this.take() : this.unexpected();
  }
}
