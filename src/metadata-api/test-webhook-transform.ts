// `test_webhook_transform`: a transform and a call that is made up -> the call as it would be made. Nothing is called, and of the
// deployment's environment nothing is read: the command brings its own.

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import { TransformError, validationError } from '../transform/error.ts';
import { compileRequestTransform, transformRequest } from '../transform/request.ts';
import type { Header, TransformedRequest } from '../transform/types.ts';
import { fillTemplate } from '../webhook/template.ts';
import type { Environment } from '../webhook/types.ts';
import {
  anything,
  dictionary,
  failParse,
  list,
  nonEmptyText,
  object,
  type Parser,
  text,
} from './args/parse.ts';
import { requestTransformOf, responseTransformOf } from './args/transforms.ts';
import { fail, readArgs } from './commands/command.ts';
import type { Command } from './types.ts';

const header: Parser<Header> = (value, path) => {
  const [name, content, ...more] = list(text)(value, path);
  if (name === undefined || content === undefined || more.length > 0) {
    return failParse('expected a header as a pair of its name and its value', path);
  }
  return [name, content];
};

const fromEnv = object('URLOrEnv', (fields) => ({ from_env: fields.required('from_env', nonEmptyText) }));

const webhookUrl: Parser<string | { readonly from_env: string }> = (value, path) =>
  typeof value === 'string' ? value : fromEnv(value, path);

const args = object('TestWebhookTransform', (fields) => ({
  environment: fields.optional('env', dictionary(text)) ?? {},
  headers: fields.optional('request_headers', list(header)) ?? [],
  url: fields.required('webhook_url', webhookUrl),
  body: fields.required('body', anything),
  request: fields.required('request_transform', requestTransformOf(fields.path)),
  response: fields.optional('response_transform', responseTransformOf(fields.path)),
  session: fields.optional('session_variables', dictionary(text)) ?? null,
}));

/**
 * Hasura's preview: `{body, headers, method, webhook_url}`. A response transform is checked, not run. As in Hasura the method is
 * GET unless the transform says another, though the calls themselves are POST.
 * @throws HedgeError `validation-failed` with each mistake of the transform in its internals, `not-found` for a variable that the
 * command does not bring.
 */
export function testWebhookTransform(command: Command): unknown {
  const { environment, headers, url, body, request, session } = readArgs(args, command.args, command);
  const variable = mockVariable(environment, command.path);
  const address =
    typeof url === 'string' ? fillTemplate(url, variable) : environmentUrl(url, environment, command.path);
  const sent = headers.map(([name, value]): Header => [name, fillTemplate(value, variable)]);
  try {
    if (!isHttpUrl(address)) {
      const message = `InvalidUrlException ${JSON.stringify(address)} "Invalid URL"`;
      throw new TransformError([{ error_code: 'Request Initialization Error', message }]);
    }
    const transformed = transformRequest(
      compileRequestTransform(request),
      { method: 'GET', url: address, headers: sent, body },
      session,
    );
    return previewOf(transformed);
  } catch (error) {
    throw error instanceof TransformError ? validationError('request', error, command.path) : error;
  }
}

function previewOf({ url, method, headers, body }: TransformedRequest): unknown {
  const shown = body.kind === 'json' ? body.value : body.kind === 'text' ? body.text : null;
  return { webhook_url: url.href, method, headers, body: shown };
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

function environmentUrl(
  { from_env: name }: { readonly from_env: string },
  environment: Readonly<Record<string, string>>,
  path: Path,
): string {
  return (
    (Object.hasOwn(environment, name) ? environment[name] : undefined) ??
    fail('not-found', 'Missing Env Var', path)
  );
}

/** Where the deployment's own variables are not to be seen. */
function mockVariable(environment: Readonly<Record<string, string>>, path: Path): Environment {
  return (name) => {
    if (Object.hasOwn(environment, name)) return environment[name];
    throw new HedgeError(
      'not-found',
      `Missing Env Var: ${name}. For security reasons when testing request options real environment variable values are not ` +
        `available. Please enter a mock value for ${name} in the Sample Env Variables list. See ` +
        'https://hasura.io/docs/latest/graphql/core/actions/rest-connectors.html#action-transforms-sample-context',
      { path: pathText(path) },
    );
  };
}
