// A command of the metadata or query API -> the answer of a running server, or a sentence that says what stands between.

import { readFile } from 'node:fs/promises';
import * as tls from 'node:tls';

import { UserError } from '../../database/user-error.ts';
import type { ApiPaths, ServerConfig } from '../../migrate/project-config.ts';

/** A command as the APIs take it. */
export interface ApiCommand {
  readonly type: string;
  readonly version?: number;
  /** The version of the metadata that the command builds on; another one makes it fail with `conflict`. */
  readonly resource_version?: number;
  readonly args: unknown;
}

/** A server that answers as Hasura does: this one, or Hasura's own. */
export interface Server {
  readonly endpoint: string;
  /** @throws ServerError with what the server answered; UserError when it cannot be reached. */
  metadata(command: ApiCommand): Promise<unknown>;
  /** @throws as `metadata` does. */
  query(command: ApiCommand): Promise<unknown>;
}

export interface ServerOptions extends Omit<ServerConfig, 'endpoint'> {
  readonly endpoint: string;
}

/** An error in the server's words. */
export class ServerError extends UserError {
  readonly code: string;
  /** Its `internal`, as it came. */
  readonly internal: unknown;

  constructor(message: string, fields: { readonly code: string; readonly internal: unknown }) {
    super(message);
    this.name = 'ServerError';
    this.code = fields.code;
    this.internal = fields.internal;
  }
}

/** Prepares the connection; nothing is sent yet. @throws UserError for an endpoint or a certificate that is none. */
export async function connectServer(options: ServerOptions): Promise<Server> {
  const url = URL.parse(options.endpoint);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    throw new UserError(
      `The endpoint is not an address of a server: expected one such as https://api.example.com`,
    );
  }
  await trust(options);
  return serverAt(url.href.replace(/\/+$/, ''), options.adminSecret, options.paths);
}

/** A worker of this machine, whose APIs are where they always are. */
export function localServer(endpoint: string, adminSecret: string | null): Server {
  return serverAt(endpoint, adminSecret, { v1Metadata: 'v1/metadata', v2Query: 'v2/query' });
}

function serverAt(endpoint: string, adminSecret: string | null, paths: ApiPaths): Server {
  const call = (path: keyof ApiPaths) => async (command: ApiCommand) =>
    await post(endpoint, paths[path], { adminSecret, command });
  return { endpoint, metadata: call('v1Metadata'), query: call('v2Query') };
}

async function trust({ insecureSkipTlsVerify, certificateAuthority }: ServerOptions): Promise<void> {
  if (insecureSkipTlsVerify) process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  if (certificateAuthority === null) return;
  try {
    const pem = await readFile(certificateAuthority, 'utf8');
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
  } catch (error) {
    throw new UserError(`The certificates of ${certificateAuthority} cannot be used: ${String(error)}`, {
      cause: error,
    });
  }
}

async function post(
  endpoint: string,
  path: string,
  { adminSecret, command }: { readonly adminSecret: string | null; readonly command: ApiCommand },
): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${endpoint}/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(adminSecret === null ? {} : { 'x-hasura-admin-secret': adminSecret }),
      },
      body: JSON.stringify(command),
      redirect: 'error', // a secret goes where it was addressed to
    });
    text = await response.text();
  } catch (error) {
    throw new UserError(unreachable(endpoint, error), { cause: error });
  }
  const answer = parsed(text);
  if (response.ok && answer !== undefined) return answer;
  throw failure(endpoint, path, { status: response.status, answer, hasSecret: adminSecret !== null });
}

function failure(
  endpoint: string,
  path: string,
  {
    status,
    answer,
    hasSecret,
  }: { readonly status: number; readonly answer: unknown; readonly hasSecret: boolean },
): UserError {
  const { error, code, path: at, internal } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof error !== 'string' || typeof code !== 'string') {
    return new UserError(
      `${endpoint}/${path} answered ${status}, and not as a GraphQL engine does: is the endpoint right?`,
    );
  }
  if (status === 401) {
    return new UserError(
      hasSecret
        ? `${endpoint} refuses the admin secret. Give the right one with --admin-secret or HASURA_GRAPHQL_ADMIN_SECRET.`
        : `${endpoint} asks for an admin secret. Give it with --admin-secret or HASURA_GRAPHQL_ADMIN_SECRET.`,
    );
  }
  if (status === 404 && code === 'not-found') {
    return new UserError(
      `${endpoint} has no ${path}: see HASURA_GRAPHQL_ENABLED_APIS of the server, and api_paths in config.yaml.`,
    );
  }
  const place = typeof at === 'string' && at !== '$' ? ` (${code} at ${at})` : ` (${code})`;
  return new ServerError(`${error}${place}`, { code, internal });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreachable(endpoint: string, error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code, message } = inner as { readonly code?: string; readonly message?: string };
  const { host, hostname } = new URL(endpoint);
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${host}: is the server running there? Name another with --endpoint.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${hostname} of the endpoint cannot be found.`;
    default:
      if (code !== undefined && /CERT|UNABLE_TO_VERIFY/.test(code)) {
        return `The certificate of ${host} cannot be verified (${code}): name who signed it with --certificate-authority FILE.`;
      }
      return `${host} cannot be reached: ${code ?? message ?? 'no reason is known'}`;
  }
}
