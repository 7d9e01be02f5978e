// A Postgres URL -> a connected client, or one clear line about why there is none.

import pg from 'pg';

import { databaseLabel, databaseName, parseDatabaseUrl } from './url.ts';
import { UserError } from './user-error.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens one connection. The caller ends it. `name` is what messages call the URL.
 * @throws UserError naming host, user or database, whichever is wrong; never the password.
 */
export async function connectDatabase(databaseUrl: string, name = 'DATABASE_URL'): Promise<pg.Client> {
  const url = parseDatabaseUrl(databaseUrl, name);
  const client = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'hedge',
  });
  // A connection lost while idle is reported by the next query; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new UserError(`${name}: ${connectFailure(error, url)}`, { cause: error });
  }
  return client;
}

/** Why a connection could not be opened, as a sentence without secrets. */
export function connectFailure(error: unknown, url: URL): string {
  const { code, message } = errorFields(error);
  const label = databaseLabel(url);
  const place = label.slice(0, label.lastIndexOf('/'));
  const user = decodeURIComponent(url.username);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host "${url.hostname}" cannot be found.`;
    case 'ECONNREFUSED':
      return `nothing answers at ${place}: is Postgres running there?`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${place} cannot be reached (${code}).`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${place} closed the connection: is it a Postgres server?`;
    case '28P01':
      return url.password === ''
        ? `the server at ${place} wants a password for the user "${user}", and the URL has none.`
        : `the server at ${place} refuses the password of the user "${user}".`;
    case '28000':
      return `the server at ${place} refuses the user "${user}": ${message}.`;
    case '3D000':
      return `there is no database "${databaseName(url)}" on the server at ${place}.`;
    case '53300':
      return `the server at ${place} has no connection left: ${message}.`;
    default:
  }
  if (message === 'timeout expired' || message === 'Connection terminated due to connection timeout') {
    return `${place} gave no answer within ${CONNECT_TIMEOUT_MS / 1000} seconds.`;
  }
  if (message.includes('password must be a string')) {
    return `the server at ${place} wants a password for the user "${user}", and the URL has none.`;
  }
  if (message.includes('does not support SSL')) {
    return `the server at ${place} does not offer TLS: leave sslmode out of the URL, or say sslmode=disable.`;
  }
  if (/certificate|self-signed/i.test(message)) {
    return `the certificate of ${place} cannot be verified (${message}); sslmode=no-verify in the URL accepts it all the same.`;
  }
  const secretless =
    url.password === '' ? message : message.replaceAll(decodeURIComponent(url.password), '…');
  return `no connection to ${label}: ${secretless}`;
}

/** Code and message of whatever was thrown; a host with several addresses fails with an error that holds one per address. */
function errorFields(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  if (!(inner instanceof Error)) return { code: undefined, message: String(inner) };
  const code: unknown = 'code' in inner ? inner.code : undefined;
  return { code: typeof code === 'string' ? code : undefined, message: inner.message };
}
