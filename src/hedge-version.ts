// The release: what tools are told, and by which it is known which compiler made an artifact.

/** The version in package.json, which would bring all of itself into the bundle. */
export const HEDGE_VERSION = '0.1.0';
