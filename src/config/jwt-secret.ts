// HASURA_GRAPHQL_JWT_SECRET, a JSON object, and HASURA_GRAPHQL_JWT_SECRETS, a list of them -> where keys, token and claims are found and what is checked.

import * as v from 'valibot';

import type { JsonPath } from './json-path.ts';
import { readJsonPath } from './json-path.ts';
import { headerText, httpUrl, jsonValue, text } from './schemas.ts';
import type { ClaimSource, JwtClaimsLocation, JwtConfig, JwtHeader, JwtKeys, JwtType } from './types.ts';

const DEFAULT_NAMESPACE = 'https://hasura.io/jwt/claims';
const REQUIRED_CLAIMS = ['x-hasura-allowed-roles', 'x-hasura-default-role'];

const TYPES = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
] as const satisfies readonly JwtType[];

const jsonPath = v.pipe(
  v.string('expected a JSONPath such as $.hasura.claims'),
  v.rawTransform(({ dataset, addIssue, NEVER }): JsonPath => {
    const path = readJsonPath(dataset.value);
    if (path) return path;
    addIssue({
      message: "not a JSONPath this service reads; expected one such as $.hasura.claims or $['a b'].c[0]",
    });
    return NEVER;
  }),
);

const header = v.union(
  [
    v.pipe(
      v.strictObject({ type: v.literal('Authorization') }),
      v.transform((): JwtHeader => ({ kind: 'authorization' })),
    ),
    v.pipe(
      v.strictObject({ type: v.literal('Cookie'), name: headerText }),
      v.transform(({ name }): JwtHeader => ({ kind: 'cookie', name })),
    ),
    v.pipe(
      v.strictObject({
        type: v.literal('CustomHeader'),
        name: v.pipe(text, v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')),
      }),
      v.transform(({ name }): JwtHeader => ({ kind: 'custom_header', name })),
    ),
  ],
  'expected {"type": "Authorization"}, {"type": "Cookie", "name": …} or {"type": "CustomHeader", "name": …}',
);

const claimSource = v.union(
  [
    v.pipe(
      v.strictObject({ path: jsonPath, default: v.optional(v.unknown()) }),
      v.transform((entry): ClaimSource => ({ kind: 'path', path: entry.path, fallback: entry.default })),
    ),
    v.pipe(
      v.union([v.string(), v.array(v.string())]),
      v.transform((value): ClaimSource => ({ kind: 'literal', value })),
    ),
  ],
  'expected {"path": …}, {"path": …, "default": …}, a text or a list of texts',
);

const claimsMap = v.pipe(
  v.record(v.string(), claimSource, 'expected an object of x-hasura-* claims'),
  v.transform((map) => new Map(Object.entries(map).map(([name, source]) => [name.toLowerCase(), source]))),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const name of REQUIRED_CLAIMS)
      if (!dataset.value.has(name)) addIssue({ message: `${name} is expected but not found` });
    for (const name of dataset.value.keys())
      if (!name.startsWith('x-hasura-')) addIssue({ message: 'every key must begin with x-hasura-' });
  }),
);

const fields = v.strictObject(
  {
    type: v.optional(v.picklist(TYPES, `expected one of ${TYPES.join(', ')}`)),
    key: v.optional(text),
    jwk_url: v.optional(httpUrl),
    claims_namespace: v.optional(text),
    claims_namespace_path: v.optional(jsonPath),
    claims_format: v.optional(
      v.picklist(['json', 'stringified_json'], 'expected json or stringified_json'),
      'json',
    ),
    claims_map: v.optional(claimsMap),
    audience: v.optional(
      v.union(
        [text, v.pipe(v.array(text), v.minLength(1, 'expected at least one audience'))],
        'expected a text or a list of texts',
      ),
    ),
    issuer: v.optional(text),
    allowed_skew: v.optional(
      v.pipe(v.number('expected seconds'), v.minValue(0, 'expected seconds, 0 or more')),
      0,
    ),
    header: v.optional(header, { type: 'Authorization' }),
  },
  (issue) =>
    issue.expected === 'never'
      ? 'unknown key; remove it, or correct its spelling'
      : 'expected a JSON object such as {"type": "HS256", "key": "…"} or {"jwk_url": "…"}',
);

const jwtSecretObject = v.pipe(
  v.unknown(),
  // To the schema a list would be an object without keys.
  v.transform((value) => (Array.isArray(value) ? null : value)),
  fields,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const f = dataset.value;
    const problems: (string | undefined)[] = [
      f.key !== undefined && f.jwk_url !== undefined
        ? 'key, jwk_url both cannot be present; remove one'
        : undefined,
      f.key === undefined && f.jwk_url === undefined
        ? 'key and jwk_url both cannot be empty; give one'
        : undefined,
      f.claims_namespace !== undefined && f.claims_namespace_path !== undefined
        ? 'claims_namespace and claims_namespace_path both cannot be set; remove one'
        : undefined,
      f.key !== undefined && f.type === undefined
        ? `type is needed beside key: ${TYPES.join(', ')}`
        : undefined,
      f.key !== undefined && f.type !== undefined ? keyProblem(f.type, f.key) : undefined,
    ];
    for (const message of problems) if (message !== undefined) addIssue({ message });
  }),
  v.transform((f): JwtConfig => ({
    keys: keysOf(f.type, f.key, f.jwk_url),
    claims: claimsOf(f),
    audience: f.audience === undefined ? null : [f.audience].flat(),
    issuer: f.issuer ?? null,
    allowedSkew: f.allowed_skew,
    header: f.header,
  })),
);

const JSON_HINT = 'line breaks of a PEM key are written \\n inside its text';

/** HASURA_GRAPHQL_JWT_SECRET. */
export const jwtSecret = v.pipe(v.unknown(), jsonValue(JSON_HINT), jwtSecretObject);

/** HASURA_GRAPHQL_JWT_SECRETS. */
export const jwtSecrets = v.pipe(
  v.unknown(),
  jsonValue(JSON_HINT),
  v.array(jwtSecretObject, 'expected a JSON list such as [{"jwk_url": "…", "issuer": "…"}, …]'),
  v.minLength(1, 'is an empty list; give it an item, or remove it'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const places = new Map<string, number>();
    for (const [index, { header: place, issuer }] of dataset.value.entries()) {
      const key = JSON.stringify([place, issuer]);
      const other = places.get(key);
      if (other === undefined) places.set(key, index);
      else
        addIssue({
          message: `the items ${other} and ${index} have the same header and issuer, so that no token could be told to be for one of them`,
        });
    }
  }),
);

function keysOf(type: JwtType | undefined, key: string | undefined, url: string | undefined): JwtKeys {
  // `type` beside `jwk_url` is ignored as in Hasura, whose documented examples name another type than the tokens have.
  if (url !== undefined) return { kind: 'jwk_url', url };
  return { kind: 'key', type: type ?? 'HS256', key: key ?? '' };
}

function claimsOf(f: v.InferOutput<typeof fields>): JwtClaimsLocation {
  if (f.claims_map) return { kind: 'map', map: f.claims_map };
  if (f.claims_namespace_path)
    return { kind: 'namespace_path', path: f.claims_namespace_path, format: f.claims_format };
  return { kind: 'namespace', name: f.claims_namespace ?? DEFAULT_NAMESPACE, format: f.claims_format };
}

function keyProblem(type: JwtType, key: string): string | undefined {
  if (type.startsWith('HS')) {
    const bytes = Number(type.slice(2)) / 8;
    if (key.includes('-----BEGIN')) return `type ${type} takes a shared secret, but key is a PEM text`;
    return new TextEncoder().encode(key).length < bytes
      ? `Key size too small; should be atleast ${bytes} characters`
      : undefined;
  }
  if (key.includes('PRIVATE KEY-----'))
    return 'key is a private key; give the public key, and keep the private one secret';
  return /-----BEGIN (PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE)-----/.test(key)
    ? undefined
    : `could not decode PEM: for type ${type}, key must be a PEM text, a PUBLIC KEY or a CERTIFICATE`;
}
