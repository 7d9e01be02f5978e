// A request transform of the metadata and a call of a webhook -> the call as it is to be made. Every template sees the call as it
// was before: https://hasura.io/docs/2.0/api-reference/syntax-defs/#requesttransformation

import type { Expression } from '../kriti/ast.ts';
import type { Environment } from '../kriti/evaluate.ts';
import { textTemplate } from '../kriti/template.ts';
import type { RequestTransform } from '../metadata/webhook-types.ts';
import {
  type CompiledBody,
  compileBody,
  compilePairs,
  type PairTemplate,
  renderBody,
  renderPairs,
  renderText,
} from './body.ts';
import { requestEnvironment } from './environment.ts';
import { Problems, refuse } from './error.ts';
import { decodePairs, encodePairs } from './form.ts';
import { changeHeaders } from './headers.ts';
import type { CallRequest, Header, SessionVariables, TransformedBody, TransformedRequest } from './types.ts';
import { renderUrl } from './url.ts';

/** A request transform, its templates parsed. */
export interface CompiledRequestTransform {
  readonly method: string | undefined;
  readonly url: Expression | undefined;
  readonly query: Expression | readonly PairTemplate[] | undefined;
  readonly body: CompiledBody | undefined;
  readonly removedHeaders: readonly string[];
  readonly addedHeaders: readonly PairTemplate[];
}

/**
 * Parses the templates of a transform.
 * @throws TransformError with every mistake in it.
 */
export function compileRequestTransform(transform: RequestTransform): CompiledRequestTransform {
  const problems = new Problems();
  const {
    url,
    query_params: query,
    body,
    request_headers: headers = {},
    content_type: contentType,
  } = transform;
  // `content_type` is the older way to add this one header.
  const added = Object.entries(headers.add_headers ?? {});
  const hasType = added.some(([name]) => name.toLowerCase() === 'content-type');
  if (contentType !== undefined && !hasType) added.push(['content-type', contentType]);
  const compiled: CompiledRequestTransform = {
    method: problems.of(() => methodOf(transform.method)),
    url: url === undefined ? undefined : problems.of(() => textTemplate(url)),
    query: queryOf(query, problems),
    body: body === undefined ? undefined : compileBody(body, problems),
    removedHeaders: headers.remove_headers ?? [],
    addedHeaders: compilePairs(Object.fromEntries(added), problems),
  };
  problems.raise();
  return compiled;
}

/** RFC 9110, section 9.1. `fetch` refuses the last ones: they are about connections. */
function methodOf(method: string | undefined): string | undefined {
  if (method === undefined) return undefined;
  const upper = method.toUpperCase();
  const isAllowed = /^[A-Z]+$/.test(upper) && !['CONNECT', 'TRACE', 'TRACK'].includes(upper);
  return isAllowed ? upper : refuse(`Invalid method: ${JSON.stringify(method)}`);
}

function queryOf(
  query: RequestTransform['query_params'],
  problems: Problems,
): CompiledRequestTransform['query'] {
  if (query === undefined) return undefined;
  return typeof query === 'string' ? problems.of(() => textTemplate(query)) : compilePairs(query, problems);
}

/**
 * What a transform makes of a call. Parts it says nothing of stay as they are.
 * @throws TransformError with every mistake in it.
 */
export function transformRequest(
  transform: CompiledRequestTransform,
  request: CallRequest,
  session: SessionVariables,
): TransformedRequest {
  const environment = requestEnvironment(request, session);
  const problems = new Problems();
  const url = problems.of(() => urlOf(transform, request, environment));
  const body = problems.of(() => bodyOf(transform, request, environment));
  const headers = problems.of(() => headersOf(transform, request.headers, environment));
  problems.raise();
  // Without problems each part is there.
  if (!url || !body || !headers) return refuse('the transform gave no request');
  return {
    method: transform.method ?? request.method,
    url,
    headers: body.kind === 'text' ? withFormType(headers) : headers,
    body,
  };
}

function urlOf(
  { url, query }: CompiledRequestTransform,
  request: CallRequest,
  environment: Environment,
): URL {
  if (!url && !URL.canParse(request.url)) return refuse('Invalid URL: it has no host of HTTP');
  const address = url ? renderUrl(url, environment) : new URL(request.url);
  if (query !== undefined) {
    const pairs =
      'kind' in query ? decodePairs(renderText(query, environment)) : renderPairs(query, environment);
    address.search = encodePairs(pairs);
  }
  return address;
}

function bodyOf(
  { body }: CompiledRequestTransform,
  request: CallRequest,
  environment: Environment,
): TransformedBody {
  return body ? renderBody(body, environment) : { kind: 'json', value: request.body };
}

function headersOf(
  { removedHeaders, addedHeaders }: CompiledRequestTransform,
  headers: readonly Header[],
  environment: Environment,
): readonly Header[] {
  const added = renderPairs(addedHeaders, environment).map(([name, value]): Header => [name, value ?? '']);
  return changeHeaders(headers, { removed: removedHeaders, added });
}

/** A form is not sent as the JSON that it would have been. */
function withFormType(headers: readonly Header[]): readonly Header[] {
  return headers.map(([name, value]) => {
    const isJson = name === 'content-type' && /^application\/json\b/i.test(value);
    return [name, isJson ? 'application/x-www-form-urlencoded' : value];
  });
}

/** The body as it is sent; null where there is none. */
export function bodyText(body: TransformedBody): string | null {
  if (body.kind === 'none') return null;
  return body.kind === 'text' ? body.text : JSON.stringify(body.value);
}
