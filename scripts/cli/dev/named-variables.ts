// A metadata document -> the environment variables it names, so that the worker can be given these and no others.

const TEMPLATE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;

/** Names behind `from_env`, `value_from_env`, `url_from_env` and the like, and in templates such as `{{BASE_URL}}/hook`. */
export function namedVariables(document: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (/(^|_)from_env$/.test(key)) names.add(value);
      for (const [, name = ''] of value.matchAll(TEMPLATE)) names.add(name);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [inner, item] of Object.entries(value)) visit(item, inner);
  };
  visit(document, '');
  return names;
}
