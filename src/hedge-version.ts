// The release: what tools and webhooks are told, and by which it is known which compiler made an artifact.

/** The version in package.json, which would bring all of itself into the bundle. */
export const HEDGE_VERSION = '0.1.0';

/**
 * Hasura's command line and other tools read a Hasura version and choose their commands by it, so they get the one whose API
 * is served. What follows the plus sign is no part of the order of versions (Semantic Versioning 2.0.0, 10).
 */
export const VERSION = `v2.48.0+hedge.${HEDGE_VERSION}`;
