// The place in a request, kept as a linked list while the walk goes down and written as JSONPath only in an error.

export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** `parent` extended by one key or index. */
export function at(parent: Path | undefined, key: string | number): Path {
  return { parent, key };
}

/**
 * The path as Hasura writes it: `$.selectionSet.users.args.where`, `$.args[0]`, and `['a b']` for keys that
 * are not plain words.
 */
export function pathText(path: Path | undefined): string {
  const keys: (string | number)[] = [];
  for (let p = path; p !== undefined; p = p.parent) keys.push(p.key);
  let text = '$';
  for (const key of keys.toReversed()) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key)) text += `.${key}`;
    else text += `['${key.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']`;
  }
  return text;
}
