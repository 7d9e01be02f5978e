// `Cache-Control` and `Expires` of a JWK set or of a webhook's answer -> how long it holds. Rules as in Hasura's documentation.

const ONE_MINUTE_MS = 60_000;

/** Milliseconds until the next fetch of a JWK set; Infinity when the headers say nothing, which keeps the set for ever. */
export function refreshAfterMs(headers: Headers, now: number): number {
  const cacheControl = headers.get('cache-control') ?? '';
  if (isNotStored(cacheControl)) return ONE_MINUTE_MS;
  const maxAge = maxAgeMs(cacheControl);
  // An age of 0 is the same wish as `no-cache`, and must not make every request fetch.
  if (maxAge !== undefined) return maxAge || ONE_MINUTE_MS;
  if (directivesOf(cacheControl).includes('must-revalidate')) return ONE_MINUTE_MS;
  const expires = headers.get('expires');
  const at = expires === null ? Number.NaN : Date.parse(expires);
  if (Number.isNaN(at)) return Number.POSITIVE_INFINITY;
  return Math.max(at - now, ONE_MINUTE_MS);
}

/** The age a `Cache-Control` allows, in milliseconds; undefined where it names none. */
export function maxAgeMs(cacheControl: string): number | undefined {
  for (const directive of directivesOf(cacheControl)) {
    const seconds = /^(?:s-maxage|max-age)="?(\d+)"?$/.exec(directive)?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}

/** Whether a `Cache-Control` says that nothing is kept. */
export function isNotStored(cacheControl: string): boolean {
  const directives = directivesOf(cacheControl);
  return directives.includes('no-cache') || directives.includes('no-store');
}

function directivesOf(cacheControl: string): readonly string[] {
  return cacheControl
    .toLowerCase()
    .split(',')
    .map((part) => part.trim());
}
