// The tokens of a template -> its expression. It takes all that Hasura's parser takes, and in a few places more: operators in
// a row without parentheses, calls as operands, objects in objects inside of `{{ }}`.

import { exactNumber } from '../util/exact-number.ts';
import type { Comparison, Connective, Expression, Step } from './ast.ts';
import { KritiError, type Span, spanning } from './error.ts';
import { lex } from './lexer.ts';
import { TokenReader } from './token-reader.ts';
import type { Punctuation, Token } from './tokens.ts';

/** How deep expressions may stand in each other. */
const MAX_DEPTH = 100;

/** How long a template may be, in UTF-16 code units. */
const MAX_LENGTH = 256 * 1024;

const COMPARISONS: ReadonlySet<string> = new Set<Comparison>(['==', '!=', '<', '<=', '>', '>=', 'in']);

/** From the one that binds loosest; comparisons stand between `&&` and `??`. */
const LOOSE: readonly Connective[] = ['||', '&&'];

/** Not variables: what they mean is the parser's. */
const KEYWORDS: ReadonlySet<string> = new Set('if elif else end range in not null true false'.split(' '));

/** @throws KritiError for what is no template. */
export function parse(source: string): Expression {
  if (source.length > MAX_LENGTH) {
    const start = { line: 0, column: 1 };
    throw new KritiError('Limit Error', `a template may have at most ${MAX_LENGTH} characters`, {
      start,
      end: start,
    });
  }
  const { tokens, last } = lex(source);
  return new Parser(tokens, last).template();
}

class Parser extends TokenReader {
  #depth = 0;

  template(): Expression {
    const expression = this.#expression();
    if (this.token !== undefined) this.unexpected();
    return expression;
  }

  #variableName(): string {
    const token = this.token;
    if (token?.kind !== 'name' || KEYWORDS.has(token.text)) this.unexpected();
    this.take();
    return token.text;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      const span = this.token?.span ?? this.last;
      throw new KritiError(
        'Limit Error',
        `expressions may stand at most ${MAX_DEPTH} deep in each other`,
        span,
      );
    }
    const expression = this.#connective(0);
    this.#depth -= 1;
    return expression;
  }

  #connective(level: number): Expression {
    const operator = LOOSE[level];
    if (operator === undefined) return this.#comparison();
    return this.#chain(operator, () => this.#connective(level + 1));
  }

  #chain(operator: Connective, operand: () => Expression): Expression {
    const first = operand();
    if (!this.is(operator)) return first;
    const operands = [first];
    let last = first;
    while (this.is(operator)) {
      this.take();
      last = operand();
      operands.push(last);
    }
    return { kind: 'connective', operator, operands, span: spanning(first, last) };
  }

  #comparison(): Expression {
    const left = this.#defaulting();
    const token = this.token;
    if ((token?.kind !== 'symbol' && token?.kind !== 'name') || !COMPARISONS.has(token.text)) return left;
    this.take();
    const right = this.#defaulting();
    return {
      kind: 'comparison',
      operator: token.text as Comparison,
      left,
      right,
      span: spanning(left, right),
    };
  }

  #defaulting(): Expression {
    return this.#chain('??', () => this.#path());
  }

  #path(): Expression {
    const base = this.#operand();
    const steps: Step[] = [];
    for (;;) {
      const isOptional = this.is('?');
      if (isOptional) this.take();
      if (!this.is('.') && !this.is('[')) {
        if (isOptional) this.unexpected();
        break;
      }
      const { key, last } = this.#key();
      steps.push({ isOptional, key, span: spanning(base, last) });
    }
    const last = steps.at(-1);
    return last ? { kind: 'access', base, steps, span: last.span } : base;
  }

  #key(): { readonly key: string | Expression; readonly last: Token } {
    if (this.is('.')) {
      this.take();
      const name = this.token;
      if (name?.kind !== 'name') this.unexpected();
      return { key: name.text, last: this.take() };
    }
    this.expect('[');
    const quoted = this.token;
    if (quoted?.kind === 'quoted name') {
      this.take();
      const key: Expression = { kind: 'constant', value: quoted.text, span: quoted.span };
      return { key, last: this.expect(']') };
    }
    const key = this.#expression();
    return { key, last: this.expect(']') };
  }

  #operand(): Expression {
    const token = this.token;
    switch (token?.kind) {
      case 'number':
        this.take();
        return { kind: 'constant', value: exactNumber(token.text), span: token.span };
      case 'text begins':
        return this.#text();
      case 'name':
        return this.#named(token.text, token.span);
      case 'symbol':
        return this.#symbol(token.text);
      default:
        return this.unexpected();
    }
  }

  #symbol(symbol: Punctuation): Expression {
    switch (symbol) {
      case '[':
        return this.#array();
      case '{':
        return this.#object();
      case '(': {
        this.take();
        const inner = this.#expression();
        this.expect(')');
        return inner;
      }
      case '{{': {
        if (this.isKeyword('if', 1)) return this.#if();
        if (this.isKeyword('range', 1)) return this.#range();
        this.take();
        const inner = this.#expression();
        this.expect('}}');
        return inner;
      }
      default:
        return this.unexpected();
    }
  }

  #named(name: string, span: Span): Expression {
    switch (name) {
      case 'true':
      case 'false':
        this.take();
        return { kind: 'constant', value: name === 'true', span };
      case 'null':
        this.take();
        return { kind: 'constant', value: null, span };
      case 'not': {
        const not = this.take();
        const argument = this.#expression();
        return { kind: 'call', name, argument, span: spanning(not, argument) };
      }
      default:
    }
    const start = { span };
    this.#variableName();
    if (!this.is('(')) return { kind: 'variable', name, span };
    this.take();
    const argument = this.#expression();
    return { kind: 'call', name, argument, span: spanning(start, this.expect(')')) };
  }

  #text(): Expression {
    const begin = this.take();
    const parts: Expression[] = [];
    // The last part, where it is not an expression: an escape and what is around it are tokens of their own.
    let piece: string | null = null;
    for (;;) {
      const token = this.token;
      if (token?.kind === 'text ends') {
        this.take();
        return textOf(parts, spanning(begin, token));
      }
      if (token?.kind === 'piece') {
        this.take();
        const before = parts.at(-1);
        if (piece !== null && before) {
          piece += token.text;
          parts[parts.length - 1] = { kind: 'constant', value: piece, span: spanning(before, token) };
        } else {
          piece = token.text;
          parts.push({ kind: 'constant', value: piece, span: token.span });
        }
      } else {
        this.expect('{{');
        parts.push(this.#expression());
        this.expect('}}');
        piece = null;
      }
    }
  }

  #array(): Expression {
    const begin = this.take();
    const items: Expression[] = [];
    if (!this.is(']')) {
      items.push(this.#expression());
      while (this.is(',')) {
        this.take();
        items.push(this.#expression());
      }
    }
    return { kind: 'array', items, span: spanning(begin, this.expect(']')) };
  }

  #object(): Expression {
    const begin = this.take();
    const fields = new Map<string, Expression>();
    while (!this.is('}')) {
      if (fields.size > 0) this.expect(',');
      const key = this.#objectKey();
      this.expect(':');
      const value = this.#expression();
      // Of a key that is there twice Hasura takes the first.
      if (!fields.has(key)) fields.set(key, value);
    }
    return { kind: 'object', fields: [...fields], span: spanning(begin, this.expect('}')) };
  }

  /** A text without expressions. */
  #objectKey(): string {
    const begin = this.token;
    if (begin?.kind !== 'text begins') this.unexpected();
    this.take();
    let key = '';
    for (let token = this.token; token?.kind === 'piece'; token = this.token) {
      key += token.text;
      this.take();
    }
    if (this.token?.kind !== 'text ends') this.unexpected();
    this.take();
    return key;
  }

  #if(): Expression {
    const begin = this.take();
    const branches: { readonly condition: Expression; readonly value: Expression }[] = [];
    do {
      if (branches.length > 0) this.take();
      this.take();
      const condition = this.#expression();
      this.expect('}}');
      branches.push({ condition, value: this.#expression() });
    } while (this.is('{{') && this.isKeyword('elif', 1));
    this.expect('{{');
    this.expectKeyword('else');
    this.expect('}}');
    const otherwise = this.#expression();
    return { kind: 'if', branches, otherwise, span: spanning(begin, this.#end()) };
  }

  #range(): Expression {
    const begin = this.take();
    this.expectKeyword('range');
    const index = this.is('_') ? this.#unbound() : this.#variableName();
    this.expect(',');
    const item = this.#variableName();
    this.expect(':=');
    const list = this.#expression();
    this.expect('}}');
    const body = this.#expression();
    return { kind: 'range', index, item, list, body, span: spanning(begin, this.#end()) };
  }

  #unbound(): null {
    this.expect('_');
    return null;
  }

  #end(): Token {
    this.expect('{{');
    this.expectKeyword('end');
    return this.expect('}}');
  }
}

function textOf(parts: readonly Expression[], span: Span): Expression {
  const [only] = parts;
  if (only === undefined) return { kind: 'constant', value: '', span };
  const isPlain = parts.length === 1 && only.kind === 'constant' && typeof only.value === 'string';
  return isPlain ? { kind: 'constant', value: only.value, span } : { kind: 'text', parts, span };
}
