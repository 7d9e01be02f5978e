// Values on their way into the log -> the same without what has to stay hidden: variables whose names are masked, and
// secrets in commands of the metadata API.

export const MASK = '***';

/** Members of commands that hold a secret, whatever their value. */
const SECRET_MEMBER =
  /password|passphrase|secret|token|api_?key|private_?key|sslkey|service_account|^sslcert$/i;
/** Members of commands that hold the connection string of a database, or name the variable that does. */
const CONNECTION = /^(?:database_url|connection_string|url_template)$/;
/** Members whose URL may have a secret in its query. */
const ADDRESS = /^(?:url|webhook|webhook_url|handler|base_url|endpoint|otlp_\w+_endpoint)$/;

/** Levels of a value that are looked into; what is deeper is masked whole. */
const MAX_DEPTH = 100;

/** A copy of `value` in which members named in `names` (lower case) are masked at any depth. */
export function maskNamed(value: unknown, names: ReadonlySet<string>): unknown {
  return names.size === 0 ? value : copy(value, (name) => names.has(name.toLowerCase()));
}

/** Whether a member at any depth is named in `names`; what is too deep to be looked into counts as such. */
export function holdsNamed(value: unknown, names: ReadonlySet<string>, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true;
  if (Array.isArray(value)) return value.some((item) => holdsNamed(item, names, depth + 1));
  if (!isRecord(value)) return false;
  return Object.entries(value).some(
    ([name, member]) => names.has(name.toLowerCase()) || holdsNamed(member, names, depth + 1),
  );
}

/**
 * A command of the metadata API without the secrets its arguments may hold: connection strings, passwords, the values of
 * headers. Texts with a password in them, such as `run_sql`'s, are left to what redacts the whole line.
 */
export function maskCommand(command: unknown): unknown {
  return copy(command, (name, value, owner) => {
    if (SECRET_MEMBER.test(name)) return true;
    if (CONNECTION.test(name)) return typeof value === 'string';
    // `headers: [{name, value}]`, and `add_headers: {name: value}` of transformations.
    if (name === 'value') return typeof owner['name'] === 'string';
    if (name === 'add_headers') return true;
    return ADDRESS.test(name) && typeof value === 'string' && value.includes('?');
  });
}

type Masked = (name: string, value: unknown, owner: Readonly<Record<string, unknown>>) => boolean;

function copy(value: unknown, isMasked: Masked, depth = 0): unknown {
  if (depth > MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.map((item) => copy(item, isMasked, depth + 1));
  // What is no plain object, such as an exact number, writes itself.
  if (!isRecord(value)) return value;
  const copied = Object.entries(value).map(([name, member]) => [
    name,
    isMasked(name, member, value) ? MASK : copy(member, isMasked, depth + 1),
  ]);
  return Object.fromEntries(copied) as unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
