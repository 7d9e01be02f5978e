// A call -> the variables and functions that its templates may name:
// https://hasura.io/docs/2.0/actions/rest-connectors/#context-variables

import type { Environment } from '../kriti/evaluate.ts';
import { FunctionRefusal, type KritiFunctions } from '../kriti/functions.ts';
import { objectFrom } from '../kriti/values.ts';
import type { CallRequest, CallResponse, SessionVariables } from './types.ts';

/** `$body`, `$base_url`, `$session_variables`, `$query_params` (pairs of the address) and `getSessionVariable()`. */
export function requestEnvironment(request: CallRequest, session: SessionVariables): Environment {
  return {
    variables: {
      $body: request.body,
      $base_url: request.url,
      $session_variables: sessionValue(session),
      $query_params: queryPairs(request.url),
    },
    functions: sessionFunctions(session),
  };
}

/** `$body` of the answer, `$response` with its status, `$request` with what the request's templates see. */
export function responseEnvironment(
  request: CallRequest,
  response: CallResponse,
  session: SessionVariables,
): Environment {
  const { body, url } = request;
  return {
    variables: {
      $body: response.body,
      $response: objectFrom([['status', response.status]]),
      $request: objectFrom([
        ['body', body],
        ['base_url', url],
        ['session_variables', sessionValue(session)],
        ['query_params', queryPairs(url)],
      ]),
      $session_variables: sessionValue(session),
    },
    functions: sessionFunctions(session),
  };
}

function sessionValue(session: SessionVariables): unknown {
  return session && objectFrom(Object.entries(session).map(([name, value]) => [name.toLowerCase(), value]));
}

function queryPairs(url: string): readonly (readonly [string, string])[] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}

function sessionFunctions(session: SessionVariables): KritiFunctions {
  const variables = new Map(
    Object.entries(session ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    getSessionVariable: (name) => {
      if (typeof name !== 'string') throw new FunctionRefusal('Session variable name should be a string');
      const value = variables.get(name.toLowerCase());
      if (value === undefined) throw new FunctionRefusal(`Session variable "${name}" not found`);
      return value;
    },
  };
}
