// Claims of verified tokens: where they stand, what they must be, and Hasura's words when they are not.

import { describe, expect, it } from 'vitest';

import { askWith, HS_KEY, jwtConfig, NOW, payloadOf, signHs, USER_CLAIMS } from './tokens.ts';

const ROLES_ONLY = { 'x-hasura-default-role': 'user', 'x-hasura-allowed-roles': ['user'] };
const SESSION = {
  role: 'user',
  variables: new Map([
    ['x-hasura-user-id', '1'],
    ['x-hasura-role', 'user'],
  ]),
};

async function ask(settings: Record<string, unknown>, payload: Record<string, unknown>) {
  const token = await signHs({ exp: NOW + 60, ...payload });
  return askWith(jwtConfig({ type: 'HS256', key: HS_KEY, ...settings }), token);
}

describe('claims in the default namespace', () => {
  it.each<{ name: string; claims: unknown; code: string; message: string }>([
    {
      name: 'no allowed roles',
      claims: { 'x-hasura-default-role': 'user' },
      code: 'jwt-missing-role-claims',
      message: 'JWT claim does not contain x-hasura-allowed-roles',
    },
    {
      name: 'no default role',
      claims: { 'x-hasura-allowed-roles': ['user'] },
      code: 'jwt-missing-role-claims',
      message: 'JWT claim does not contain x-hasura-default-role',
    },
    {
      name: 'allowed roles as a text',
      claims: { ...ROLES_ONLY, 'x-hasura-allowed-roles': 'user' },
      code: 'jwt-invalid-claims',
      message:
        'invalid x-hasura-allowed-roles; should be a list of roles: parsing [] failed, expected Array, but encountered String',
    },
    {
      name: 'a number among allowed roles',
      claims: { ...ROLES_ONLY, 'x-hasura-allowed-roles': ['user', 1] },
      code: 'jwt-invalid-claims',
      message:
        'invalid x-hasura-allowed-roles; should be a list of roles: parsing Text failed, expected String, but encountered Number',
    },
    {
      name: 'an empty allowed role',
      claims: { ...ROLES_ONLY, 'x-hasura-allowed-roles': [''] },
      code: 'jwt-invalid-claims',
      message: 'invalid x-hasura-allowed-roles; should be a list of roles: empty string not allowed',
    },
    {
      name: 'a default role of null',
      claims: { ...ROLES_ONLY, 'x-hasura-default-role': null },
      code: 'jwt-invalid-claims',
      message:
        'invalid x-hasura-default-role; should be a single role name: parsing Text failed, expected String, but encountered Null',
    },
    {
      name: 'a variable that is a number',
      claims: { ...ROLES_ONLY, 'x-hasura-user-id': 1 },
      code: 'jwt-invalid-claims',
      message: 'x-hasura-* claims: parsing Text failed, expected String, but encountered Number',
    },
    {
      name: 'a variable that is a list',
      claims: { ...ROLES_ONLY, 'x-hasura-org-ids': ['1'] },
      code: 'jwt-invalid-claims',
      message: 'x-hasura-* claims: parsing Text failed, expected String, but encountered Array',
    },
    {
      name: 'a claim under two names that differ in case',
      claims: { ...ROLES_ONLY, 'x-hasura-user-id': '1', 'X-Hasura-User-Id': '2' },
      code: 'jwt-invalid-claims',
      message: 'x-hasura-* claims: x-hasura-user-id is there twice',
    },
    {
      name: 'a default role that is not allowed',
      claims: { ...ROLES_ONLY, 'x-hasura-default-role': 'editor' },
      code: 'access-denied',
      message: 'Your requested role is not in allowed roles',
    },
    {
      name: 'a text instead of an object',
      claims: JSON.stringify(USER_CLAIMS),
      code: 'jwt-invalid-claims',
      message: 'expecting a json object when claims_format is json',
    },
    {
      name: 'a list instead of an object',
      claims: [],
      code: 'jwt-invalid-claims',
      message: 'expecting a json object when claims_format is json',
    },
  ])('are refused: $name', async ({ claims, code, message }) => {
    await expect(ask({}, payloadOf(claims))).rejects.toMatchObject({ code, message, path: '$', status: 400 });
  });

  it('are refused when absent', async () => {
    await expect(ask({}, {})).rejects.toMatchObject({
      code: 'jwt-invalid-claims',
      message: "claims key: 'https://hasura.io/jwt/claims' not found",
    });
  });

  it('have names in any case, and others than x-hasura-* do not count', async () => {
    const claims = {
      'X-Hasura-Default-Role': 'user',
      'X-HASURA-ALLOWED-ROLES': ['user'],
      'X-Hasura-User-Id': '1',
      other: 2,
    };
    expect(await ask({}, payloadOf(claims))).toMatchObject(SESSION);
  });
});

describe('place of the claims', () => {
  it.each<{ name: string; settings: Record<string, unknown>; payload: Record<string, unknown> }>([
    {
      name: 'a namespace',
      settings: { claims_namespace: 'https://me/claims' },
      payload: { 'https://me/claims': USER_CLAIMS },
    },
    { name: 'the root', settings: { claims_namespace_path: '$' }, payload: USER_CLAIMS },
    {
      name: 'a path',
      settings: { claims_namespace_path: '$.hasura.claims' },
      payload: { hasura: { claims: USER_CLAIMS } },
    },
    {
      name: 'a path with odd characters',
      settings: { claims_namespace_path: "$.hasura['claims%']" },
      payload: { hasura: { 'claims%': USER_CLAIMS } },
    },
    {
      name: 'a text of JSON',
      settings: { claims_format: 'stringified_json' },
      payload: payloadOf(JSON.stringify(USER_CLAIMS)),
    },
    {
      name: 'a map',
      settings: {
        claims_map: {
          'x-hasura-user-id': { path: "$.['https://myapp.com/jwt/claims'].user.id" },
          'x-hasura-allowed-roles': { path: "$.['https://myapp.com/jwt/claims'].roles", default: ['user'] },
          'x-hasura-default-role': { path: '$.role', default: 'user' },
        },
      },
      payload: { 'https://myapp.com/jwt/claims': { user: { id: '1' }, roles: ['user', 'editor'] } },
    },
    {
      name: 'a map of literals',
      settings: {
        claims_map: {
          'x-hasura-user-id': { path: '$.sub' },
          'x-hasura-allowed-roles': ['user'],
          'x-hasura-default-role': 'user',
        },
      },
      payload: { sub: '1' },
    },
  ])('is $name', async ({ settings, payload }) => {
    expect(await ask(settings, payload)).toMatchObject(SESSION);
  });

  it.each<{
    name: string;
    settings: Record<string, unknown>;
    payload: Record<string, unknown>;
    code: string;
    message: string;
  }>([
    {
      name: 'a path that leads nowhere',
      settings: { claims_namespace_path: '$.hasura.claims' },
      payload: { hasura: {} },
      code: 'jwt-invalid-claims',
      message: "claims not found at claims_namespace_path: '$.hasura.claims'",
    },
    {
      name: 'an inherited name',
      settings: { claims_namespace: 'constructor' },
      payload: {},
      code: 'jwt-invalid-claims',
      message: "claims key: 'constructor' not found",
    },
    {
      name: 'an object where text is expected',
      settings: { claims_format: 'stringified_json' },
      payload: payloadOf(),
      code: 'jwt-invalid-claims',
      message: 'expecting a string when claims_format is stringified_json',
    },
    {
      name: 'a text that is not JSON',
      settings: { claims_format: 'stringified_json' },
      payload: payloadOf('{'),
      code: 'jwt-invalid-claims',
      message: "expecting stringified json at: 'claims_namespace https://hasura.io/jwt/claims'",
    },
    {
      name: 'a mapped variable that is missing',
      settings: {
        claims_map: {
          'x-hasura-user-id': { path: '$.id' },
          'x-hasura-allowed-roles': ['user'],
          'x-hasura-default-role': 'user',
        },
      },
      payload: {},
      code: 'jwt-invalid-claims',
      message: 'JWT claim from claims_map, x-hasura-user-id not found',
    },
    {
      name: 'a mapped role that is missing',
      settings: {
        claims_map: { 'x-hasura-allowed-roles': ['user'], 'x-hasura-default-role': { path: '$.role' } },
      },
      payload: {},
      code: 'jwt-missing-role-claims',
      message: 'JWT claim does not contain x-hasura-default-role',
    },
  ])('is told when wrong: $name', async ({ settings, payload, code, message }) => {
    await expect(ask(settings, payload)).rejects.toMatchObject({ code, message });
  });
});
