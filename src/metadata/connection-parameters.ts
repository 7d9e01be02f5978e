// `connection_parameters` of a source -> the connection string they stand for.

const DEFAULT_PORT = 5432;

/** The connection string; undefined when a part is missing or is not a plain value. */
export function connectionStringOf(parameters: Readonly<Record<string, unknown>>): string | undefined {
  const { username, password, host, port = DEFAULT_PORT, database } = parameters;
  const [user, secret, address, portText, name] = [username, password ?? '', host, port, database].map(part);
  if (user === undefined || secret === undefined) return undefined;
  if (address === undefined || portText === undefined || name === undefined) return undefined;
  return `postgresql://${user}${secret === '' ? '' : `:${secret}`}@${address}:${portText}/${name}`;
}

function part(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? encodeURIComponent(value) : undefined;
}
