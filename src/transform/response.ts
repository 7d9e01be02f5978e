// A response transform of the metadata and the answer of a webhook -> the answer's body as it is to be read.

import type { ResponseTransform } from '../metadata/webhook-types.ts';
import { type CompiledBody, compileBody, renderBody } from './body.ts';
import { responseEnvironment } from './environment.ts';
import { Problems } from './error.ts';
import type { CallRequest, CallResponse, SessionVariables } from './types.ts';

/** A response transform, its templates parsed. */
export interface CompiledResponseTransform {
  readonly body: CompiledBody | undefined;
}

/**
 * Parses the templates of a transform.
 * @throws TransformError with every mistake in it.
 */
export function compileResponseTransform({ body }: ResponseTransform): CompiledResponseTransform {
  const problems = new Problems();
  const compiled = body === undefined ? undefined : compileBody(body, problems);
  problems.raise();
  return { body: compiled };
}

/** What was called, as its request transform found it, and what came back. */
export interface Exchange {
  readonly request: CallRequest;
  readonly response: CallResponse;
}

/**
 * The body that a transform makes of an answer, JSON; null where it removes it.
 * @throws TransformError
 */
export function transformResponse(
  { body }: CompiledResponseTransform,
  { request, response }: Exchange,
  session: SessionVariables,
): unknown {
  if (!body) return response.body;
  const problems = new Problems();
  const rendered = problems.of(() => renderBody(body, responseEnvironment(request, response, session)));
  problems.raise();
  switch (rendered?.kind) {
    case 'json':
      return rendered.value;
    case 'text':
      return rendered.text;
    default:
      return null;
  }
}
