// The text of a template -> its tokens. What `"` and `}}` mean depends on where they stand, so the lexer keeps a stack of
// what it is inside of.

import { KritiError, type Position, type Span } from './error.ts';
import type { Punctuation, Token } from './tokens.ts';

export interface Lexed {
  readonly tokens: readonly Token[];
  /** The last stretch of the template: a token, or the white space behind it. */
  readonly last: Span;
}

/**
 * What a character is inside of. `braces` counts the `{` of JSON objects that are open, so that the `}}` at the end of two
 * objects is not taken for the end of an expression.
 */
type Mode = { readonly kind: 'json' | 'text' } | { readonly kind: 'expression'; braces: number };

/** Longer symbols first. */
const SYMBOLS: readonly Punctuation[] = [
  ...(['{{', ':=', '??', '==', '!=', '<=', '>=', '&&', '||'] as const),
  ...(['{', '}', '[', ']', '(', ')', ',', ':', '.', '?', '<', '>', '_'] as const),
];

const WHITE = /\s+/y;
const COMMENT = /#.*/y;
/** Names with `_` in front, `__typename`, are more than Hasura takes. */
const NAME = /\$?[A-Za-z][$A-Za-z0-9_-]*|_+[$A-Za-z0-9][$A-Za-z0-9_-]*|\$/y;
const NUMBER = /-?(?:(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][+-]?[0-9]+|[0-9]+)/y;
const QUOTED = /'((?:[^'\\]|\\[\s\S])*)'/y;
/** Of a text: up to its end, an escape or a brace. */
const PLAIN = /[^"\\{]+/y;
const ESCAPE = /\\(?:["\\/bfnrt'`]|u[0-9a-fA-F]{4})/y;

/** JSON's escapes that are not the character itself. */
const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** @throws KritiError `Lex Error` at what no token begins with. */
export function lex(source: string): Lexed {
  const tokens: Token[] = [];
  const modes: Mode[] = [];
  const JSON_MODE: Mode = { kind: 'json' };
  let offset = 0;
  let position: Position = { line: 0, column: 1 };
  let last: Span = { start: position, end: position };

  const take = (length: number): string => {
    const taken = source.slice(offset, offset + length);
    offset += length;
    const start = position;
    position = after(position, taken);
    last = { start, end: position };
    return taken;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    return pattern.exec(source);
  };
  const refuse = (): never => {
    const rest = source.slice(offset);
    const span = {
      start: position,
      end: { line: position.line, column: position.column + new TextEncoder().encode(rest).length },
    };
    throw new KritiError('Lex Error', `Invalid Lexeme: '${rest}'`, span);
  };

  const lexText = (): void => {
    if (source[offset] === '"') {
      take(1);
      modes.pop();
      tokens.push({ kind: 'text ends', span: last });
      return;
    }
    if (source.startsWith('{{', offset)) {
      take(2);
      modes.push({ kind: 'expression', braces: 0 });
      tokens.push({ kind: 'symbol', text: '{{', span: last });
      return;
    }
    const found = match(ESCAPE) ?? match(PLAIN);
    if (!found && source[offset] !== '{') refuse();
    const text = take(found?.[0].length ?? 1);
    tokens.push({ kind: 'piece', text: text.startsWith('\\') ? unescaped(text) : text, span: last });
  };

  const lexSymbol = (mode: Mode): void => {
    const closes = mode.kind === 'expression' && mode.braces === 0 && source.startsWith('}}', offset);
    const text = closes ? '}}' : SYMBOLS.find((symbol) => source.startsWith(symbol, offset));
    if (text === undefined) return refuse();
    take(text.length);
    tokens.push({ kind: 'symbol', text, span: last });
    if (text === '}}') modes.pop();
    else if (text === '{{') modes.push({ kind: 'expression', braces: 0 });
    else if (mode.kind === 'expression' && text === '{') mode.braces += 1;
    else if (mode.kind === 'expression' && text === '}' && mode.braces > 0) mode.braces -= 1;
  };

  while (offset < source.length) {
    const mode = modes.at(-1) ?? JSON_MODE;
    const skipped = mode.kind === 'text' ? null : (match(WHITE) ?? match(COMMENT));
    if (mode.kind === 'text') lexText();
    else if (skipped) take(skipped[0].length);
    else if (source[offset] === '"') {
      take(1);
      modes.push({ kind: 'text' });
      tokens.push({ kind: 'text begins', span: last });
    } else {
      const name = match(NAME);
      const number = match(NUMBER);
      const quoted = mode.kind === 'expression' ? match(QUOTED) : null;
      if (name) tokens.push({ kind: 'name', text: take(name[0].length), span: last });
      else if (number) tokens.push({ kind: 'number', text: take(number[0].length), span: last });
      else if (quoted) {
        take(quoted[0].length);
        const text = (quoted[1] ?? '').replaceAll(/\\(['\\`])/g, '$1');
        tokens.push({ kind: 'quoted name', text, span: last });
      } else lexSymbol(mode);
    }
  }
  return { tokens, last };
}

function after({ line, column }: Position, text: string): Position {
  const lines = text.split('\n');
  const characters = Array.from(lines.at(-1) ?? '').length;
  return lines.length === 1
    ? { line, column: column + characters }
    : { line: line + lines.length - 1, column: 1 + characters };
}

function unescaped(escape: string): string {
  const letter = escape.charAt(1);
  if (letter === 'u') return String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  return CONTROLS[letter] ?? letter;
}
