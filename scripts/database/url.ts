// A Postgres URL as a user writes it -> one with every part that the tools and the worker's driver need.

import { userInfo } from 'node:os';

import { UserError } from './user-error.ts';

/**
 * Checks a Postgres URL and fills what libpq would fill by itself: the user (`PGUSER`, else the system's), the
 * host (`127.0.0.1`) and the database (named as the user). `name` is what the message calls it, e.g. `DATABASE_URL`.
 * `sslmode=prefer`, `require` and `verify-ca` become `verify-full`, which is how node-postgres treats them anyway,
 * with a warning on each start.
 * @throws UserError when it is not a Postgres URL; the message never repeats it, as it may hold a password.
 */
export function parseDatabaseUrl(text: string, name = 'DATABASE_URL'): URL {
  const expected = 'expected postgres://user:password@host:port/database';
  const url = URL.parse(text.trim().replace(/^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)(?=\/|$)/, '$1127.0.0.1'));
  if (!url) {
    throw new UserError(
      `${name} is not a URL: ${expected}. Characters like @ : / # % in user or password are written as %40 %3A %2F %23 %25.`,
    );
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new UserError(`${name} is not a Postgres URL: it begins with ${url.protocol}//, ${expected}.`);
  }
  url.protocol = 'postgres:';
  if (!isDecodable(url.username) || !isDecodable(url.password) || !isDecodable(url.pathname)) {
    throw new UserError(`${name} has a % that begins no %XX escape: a literal % is written as %25.`);
  }
  if (url.username === '') url.username = process.env['PGUSER'] ?? userInfo().username;
  if (url.pathname === '' || url.pathname === '/') url.pathname = `/${url.username}`;
  const sslMode = url.searchParams.get('sslmode');
  if (sslMode !== null && ['prefer', 'require', 'verify-ca'].includes(sslMode)) {
    if (url.searchParams.get('uselibpqcompat') !== 'true') url.searchParams.set('sslmode', 'verify-full');
  }
  return url;
}

/** `host:port/database` of a URL: what messages and progress lines may show of it. */
export function databaseLabel(url: URL): string {
  return `${url.host === '' ? '127.0.0.1' : url.host}${url.port === '' ? ':5432' : ''}/${databaseName(url)}`;
}

/** The database that a URL from {@link parseDatabaseUrl} names. */
export function databaseName(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1));
}

/** The same server and user, another database. */
export function withDatabase(url: URL, database: string): URL {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
