// The template of an address and its values -> the address. Whatever the values are, the call goes to the host that the author of
// the template wrote.

import { type Expression, variablesOf } from '../kriti/ast.ts';
import { type Environment, evaluate } from '../kriti/evaluate.ts';
import { isArray } from '../kriti/values.ts';
import { refuse } from './error.ts';

/** Values that are the metadata author's own. */
const AUTHORS: ReadonlySet<string> = new Set(['$base_url']);

/** Up to where the host and its port end. `URL` skips further slashes and takes `\` for one, so neither may begin it. */
const AUTHORITY = /^https?:\/\/[^/?#\\]+/i;

/** Labels of a host's name; nothing that ends it, and no `@` or `:` that makes something else of what is before. */
const LABELS = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

interface Piece {
  readonly text: string;
  readonly isAuthors: boolean;
}

/**
 * Renders an address.
 * @throws KritiError; TransformError when it is no address of HTTP, or a value of the call would be (part of) its host. A value
 * may only be labels in front of a domain that the template fixes, `https://{{$body.tenant}}.example.com`, or a path behind one,
 * `https://example.com{{$body.path}}`.
 */
export function renderUrl(template: Expression, environment: Environment): URL {
  const pieces = piecesOf(template, environment);
  const text = pieces.map((piece) => piece.text).join('');
  const authority = AUTHORITY.exec(text)?.[0];
  if (authority === undefined || !URL.canParse(text)) return refuse('Invalid URL: it has no host of HTTP');
  if (!isHostFixed(pieces, authority.length)) {
    return refuse("Invalid URL: a value would choose its host; a template's own text has to");
  }
  return new URL(text);
}

function piecesOf(template: Expression, environment: Environment): readonly Piece[] {
  const parts = template.kind === 'text' ? template.parts : [template];
  // One evaluation, so that one budget counts.
  const values = evaluate({ kind: 'array', items: parts, span: template.span }, environment);
  return parts.map((part, index) => {
    const value: unknown = isArray(values) ? values[index] : undefined;
    const isAuthors = [...variablesOf(part)].every((name) => AUTHORS.has(name));
    return { text: typeof value === 'string' ? value : JSON.stringify(value), isAuthors };
  });
}

function isHostFixed(pieces: readonly Piece[], end: number): boolean {
  let start = 0;
  return pieces.every(({ text, isAuthors }, index) => {
    const begin = start;
    start += text.length;
    if (isAuthors || text === '' || begin > end) return true;
    const rest = pieces.slice(index + 1);
    // A value that ends the host may not cut off what the template has as the rest of it.
    if (begin === end) return /^[/?#&=]|^$/.test(rest.find((piece) => piece.isAuthors)?.text ?? '');
    const next = rest[0];
    return LABELS.test(text) && next !== undefined && next.isAuthors && /^\.[A-Za-z0-9-]/.test(next.text);
  });
}
