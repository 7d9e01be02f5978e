// The text of SQL -> where its tokens end: what must not be looked into, such as strings and comments, is one token.

/**
 * Line comments, escape strings, quoted names, strings, dollar-quoted strings; then words, and any other single
 * character. A doubled quote reads as two strings side by side. Comments that begin with a slash are for `endOfComment`.
 * Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const TOKEN =
  /--[^\n]*|e'[^'\\]*(?:(?:\\[^]|'')[^'\\]*)*'|"[^"]*"|'[^']*'|\$((?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[^]*?\$\1\$|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|[^]/giy;

/** The token that begins at `index`; comments begin with `--` or with a slash and a star. */
export function tokenAt(sql: string, index: number): string {
  if (sql.startsWith('/*', index)) return sql.slice(index, endOfComment(sql, index));
  TOKEN.lastIndex = index;
  return TOKEN.exec(sql)?.[0] ?? sql.slice(index);
}

export function isComment(token: string): boolean {
  return token.startsWith('--') || token.startsWith('/*');
}

/** Comments of this kind nest in Postgres. */
function endOfComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}
