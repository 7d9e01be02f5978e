// The deployment's variables -> what takes their secrets out of a text that leaves by the log. The last guard: whoever
// writes a line leaves secrets out by themselves.

import { MASK } from './mask.ts';

/** Shorter ones would be found everywhere, in names and numbers too. */
const MIN_SECRET_LENGTH = 8;

/** Names of variables whose values nobody may read. */
const SECRET_NAME =
  /SECRET|TOKEN|PASSWORD|PASSWD|PRIVATE|CREDENTIAL|ACCESS_KEY|API_?KEY|_KEY$|DATABASE_URL|_URI$|_DSN$/;

/** Names of variables with the address of a webhook, whose path and query may be what keeps others from calling it. */
const HOOK_NAME = /HOOK/;

// These look at JSON: a string ends at a quote, and a backslash stands for the next character too.

/** `//user:password@` of a URL. A password with an unescaped `@` ends at the last one before the host. */
const PASSWORD_IN_URL = /(:\/\/[^\s/:@"\\]*:)[^\s/"\\]*@/g;
/** `password=…` of a connection string in libpq's other form, and of a URL's query. */
const PASSWORD_PARAMETER = /\b((?:ssl)?password\s*=\s*)(?:'(?:[^'"\\]|\\.)*'|[^\s&'",;)\\]+)/gi;
/** SQL that sets a password, `create role r password 'p'`, to its end: where the literal ends is for Postgres to say. */
const PASSWORD_IN_SQL = /\b(password(?:\s|\\[nrt])+)(?:E|U&)?['$](?:[^"\\]|\\.)*/gi;
/** An `Authorization` as it is sent. */
const CREDENTIALS = /\b((?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/g;

/**
 * A function that replaces secrets in JSON: values of variables that are secret by their name, and what looks like a
 * password or a token wherever it came from.
 */
export function redactor(env: Readonly<Record<string, unknown>>): (json: string) => string {
  const secrets = new Set<string>();
  const add = (text: string): void => {
    if (text.length >= MIN_SECRET_LENGTH) secrets.add(JSON.stringify(text).slice(1, -1));
  };
  for (const [name, value] of Object.entries(env)) {
    // A setting in wrangler.toml may be a table or a list.
    if (typeof value === 'object' && SECRET_NAME.test(name)) textsOf(value).forEach(add);
    if (typeof value !== 'string') continue;
    const parts = SECRET_NAME.test(name) ? [value, ...jsonTexts(value)] : [];
    if (HOOK_NAME.test(name)) parts.push(...hookSecrets(value));
    for (const part of [...parts, ...urlSecrets(value)]) add(part);
  }
  // The longest first, so that none is left over beside a shorter one in it.
  const texts = [...secrets].sort((a, b) => b.length - a.length);
  return (json) => {
    let text = json;
    for (const secret of texts) if (text.includes(secret)) text = text.replaceAll(secret, MASK);
    return redactPasswords(text);
  };
}

/** A text without what looks like a password or a token. */
export function redactPasswords(text: string): string {
  let redacted = text;
  if (redacted.includes('://')) redacted = redacted.replace(PASSWORD_IN_URL, `$1${MASK}@`);
  if (/password/i.test(redacted)) {
    redacted = redacted.replace(PASSWORD_PARAMETER, `$1${MASK}`).replace(PASSWORD_IN_SQL, `$1${MASK}`);
  }
  return /Bearer|Basic/.test(redacted) ? redacted.replace(CREDENTIALS, `$1${MASK}`) : redacted;
}

/** An address for the log: user, password and the values of its query left out. */
export function urlWithoutSecrets(text: string): string {
  const url = URL.parse(text);
  if (!url) return MASK;
  return `${url.origin}${url.pathname}${url.search === '' ? '' : `?${MASK}`}`;
}

/** The password in a URL, as it is written and as it is meant. */
function urlSecrets(value: string): readonly string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/:@]*:(.*)@/i.exec(value)?.[1];
  if (password === undefined) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function hookSecrets(value: string): readonly string[] {
  const url = URL.parse(value);
  return url ? [`${url.pathname}${url.search}`, url.search.slice(1)] : [];
}

/** Secrets in a setting that is JSON: the keys of HASURA_GRAPHQL_JWT_SECRET, the list of several admin secrets. */
function jsonTexts(value: string): readonly string[] {
  try {
    return textsOf(JSON.parse(value));
  } catch {
    return [];
  }
}

function textsOf(value: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    const key: unknown =
      typeof entry === 'object' && entry !== null && 'key' in entry ? entry.key : undefined;
    return typeof key === 'string' ? [key] : [];
  });
}
