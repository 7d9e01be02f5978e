// The text of a template -> what can be evaluated. A template is JSON with `{{ }}` in it, or, where Hasura wants a text (a URL, a
// header), the inside of a JSON string.

import type { Expression } from './ast.ts';
import { parse } from './parser.ts';

/**
 * A template of any value: the body of a request.
 * @throws KritiError
 */
export function jsonTemplate(source: string): Expression {
  return parse(source);
}

/**
 * A template of a text: `{{$base_url}}/users`. It is read as if it stood in quotes, which positions in errors count as Hasura's do.
 * @throws KritiError
 */
export function textTemplate(source: string): Expression {
  return parse(`"${source}"`);
}
