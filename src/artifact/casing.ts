// Names in snake_case -> camelCase and PascalCase, by the rules of Hasura's naming convention `graphql-default`.

/**
 * The pieces of a name between underscores: `author_local` gives `author`, `local`. An underscore in front stays with
 * the first piece, as in `_is_null`.
 */
export function snakePieces(name: string): readonly string[] {
  const [first = '', second, ...rest] = name.split('_');
  return first === '' && second !== undefined
    ? [`_${second}`, ...rest]
    : [first, ...(second === undefined ? [] : [second]), ...rest];
}

/** `author_by_pk` as `authorByPk`; the rest of each piece stays as it is. */
export function snakeToCamel(name: string): string {
  const [first = '', ...rest] = snakePieces(name);
  return lowerFirst(first) + rest.map(upperFirst).join('');
}

/** `author_local` as `AuthorLocal`. */
export function snakeToPascal(name: string): string {
  return snakePieces(name).map(upperFirst).join('');
}

export function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
