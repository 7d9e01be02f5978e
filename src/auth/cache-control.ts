// The caching headers of a JWK set's response -> when it is fetched again. Rules as in Hasura's JWT documentation.

const ONE_MINUTE_MS = 60_000;

/** Milliseconds until the next fetch; Infinity when the headers say nothing, which keeps the set for ever. */
export function refreshAfterMs(headers: Headers, now: number): number {
  const directives = (headers.get('cache-control') ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
  if (directives.includes('no-cache') || directives.includes('no-store')) return ONE_MINUTE_MS;
  const maxAge = directives.map((part) => /^(?:s-maxage|max-age)="?(\d+)"?$/.exec(part)?.[1]).find(Boolean);
  // An age of 0 is the same wish as `no-cache`, and must not make every request fetch.
  if (maxAge !== undefined) return Number(maxAge) * 1000 || ONE_MINUTE_MS;
  if (directives.includes('must-revalidate')) return ONE_MINUTE_MS;
  const expires = headers.get('expires');
  const at = expires === null ? Number.NaN : Date.parse(expires);
  if (Number.isNaN(at)) return Number.POSITIVE_INFINITY;
  return Math.max(at - now, ONE_MINUTE_MS);
}
