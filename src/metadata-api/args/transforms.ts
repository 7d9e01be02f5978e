// The request and response transforms that commands take.

import type { Path } from '../../error/path.ts';
import type { BodyTransform, RequestTransform, ResponseTransform } from '../../metadata/webhook-types.ts';
import { TransformError, validationError } from '../../transform/error.ts';
import { compileRequestTransform } from '../../transform/request.ts';
import { compileResponseTransform } from '../../transform/response.ts';
import { unreachable } from '../../util/assert.ts';
import { dictionary, failParse, list, object, oneOf, type Parser, text } from './parse.ts';

const templateEngine = oneOf(['Kriti'], 'expected "Kriti" for template_engine');

const version: Parser<1 | 2> = (value, path) =>
  value === 1 || value === 2 ? value : failParse('expected 1 or 2 for version', path);

const formTemplate: Parser<string | Readonly<Record<string, string>>> = (value, path) =>
  typeof value === 'string' ? value : dictionary(text)(value, path);

const action = oneOf(
  ['transform', 'remove', 'x_www_form_urlencoded'],
  'expected "transform", "remove" or "x_www_form_urlencoded" for action',
);

const bodyObject: Parser<BodyTransform> = object('BodyTransformFn', (fields) => {
  const which = fields.required('action', action);
  switch (which) {
    case 'transform':
      return { action: which, template: fields.required('template', text) };
    case 'x_www_form_urlencoded':
      return { action: which, form_template: fields.required('form_template', formTemplate) };
    case 'remove':
      return { action: which };
    default:
      return unreachable(which);
  }
});

/** Version 1 has the template itself. */
const body: Parser<BodyTransform> = (value, path) =>
  typeof value === 'string' ? value : bodyObject(value, path);

const queryValue: Parser<string | null> = (value, path) => (value === null ? null : text(value, path));

const query: Parser<string | Readonly<Record<string, string | null>>> = (value, path) =>
  typeof value === 'string' ? value : dictionary(queryValue)(value, path);

const requestHeaders = object('AddReplaceOrRemoveFields', (fields) =>
  given({
    add_headers: fields.optional('add_headers', dictionary(text)),
    remove_headers: fields.optional('remove_headers', list(text)),
  }),
);

const requestTransform: Parser<RequestTransform> = object('RequestTransform', (fields) =>
  given({
    version: fields.optional('version', version),
    template_engine: fields.optional('template_engine', templateEngine),
    method: fields.optional('method', text),
    url: fields.optional('url', text),
    body: fields.optional('body', body),
    content_type: fields.optional('content_type', text),
    query_params: fields.optional('query_params', query),
    request_headers: fields.optional('request_headers', requestHeaders),
  }),
);

const responseTransform: Parser<ResponseTransform> = object('ResponseTransform', (fields) =>
  given({
    version: fields.optional('version', version),
    template_engine: fields.optional('template_engine', templateEngine),
    body: fields.optional('body', body),
  }),
);

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

/**
 * A request transform whose templates can be parsed; where one cannot, Hasura tells of the command's args as a whole.
 * @throws HedgeError `validation-failed`
 */
export function requestTransformOf(command: Path | undefined): Parser<RequestTransform> {
  return (value, path) => {
    const transform = requestTransform(value, path);
    checked('request', () => compileRequestTransform(transform), command);
    return transform;
  };
}

/** The same for a response transform. */
export function responseTransformOf(command: Path | undefined): Parser<ResponseTransform> {
  return (value, path) => {
    const transform = responseTransform(value, path);
    checked('response', () => compileResponseTransform(transform), command);
    return transform;
  };
}

function checked(which: 'request' | 'response', compile: () => unknown, command: Path | undefined): void {
  try {
    compile();
  } catch (error) {
    throw error instanceof TransformError ? validationError(which, error, command) : error;
  }
}
