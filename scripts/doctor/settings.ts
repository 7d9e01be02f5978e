// The settings of a deployment -> weaknesses of how it is run: secrets, what is served, to which pages.

import type { Finding } from './finding.ts';
import { isTrue, type Settings } from './settings-read.ts';

const SECRETS = [
  'HASURA_GRAPHQL_ADMIN_SECRET',
  'HASURA_GRAPHQL_ADMIN_SECRETS',
  'HASURA_GRAPHQL_ACCESS_KEY',
] as const;
/** Names of settings whose values open something. */
const SECRET_NAME = /(?:SECRETS?|PASSWORD|TOKEN|ACCESS_KEY|API_KEY|DATABASE_URL)$/;
/** Characters below which an admin secret can be guessed; OWASP's and Hasura's guides ask for as many. */
const MIN_SECRET_LENGTH = 32;

/** Weaknesses that the settings alone show. */
export function checkSettings(settings: Settings): readonly Finding[] {
  return [
    ...secretsInFiles(settings),
    ...adminSecrets(settings),
    ...servedParts(settings),
    ...pages(settings),
  ];
}

function* secretsInFiles(settings: Settings): Generator<Finding> {
  for (const [name, { value, origin }] of settings) {
    if (origin === null || !SECRET_NAME.test(name) || value === '') continue;
    yield {
      rule: 'secret-in-file',
      severity: 'danger',
      place: origin,
      weakness: `${name} is written into a file, where whoever reads the repository reads it`,
      remedy: `delete the line, make a new secret, and store it with: wrangler secret put ${name}`,
    };
  }
}

function* adminSecrets(settings: Settings): Generator<Finding> {
  if (isTrue(settings, 'HEDGE_ALLOW_OPEN')) {
    yield {
      rule: 'open-to-all',
      severity: 'danger',
      place: 'HEDGE_ALLOW_OPEN',
      weakness: 'the service may run without an admin secret: every request is an administrator’s then',
      remedy: 'remove the setting, and store a secret with: wrangler secret put HASURA_GRAPHQL_ADMIN_SECRET',
    };
  }
  const given = SECRETS.filter((name) => settings.has(name));
  if (given.length === 0) {
    yield {
      rule: 'admin-secret-unseen',
      severity: 'advice',
      place: 'HASURA_GRAPHQL_ADMIN_SECRET',
      weakness: 'no admin secret is set here, so nothing can be said about it',
      remedy: 'make sure that this lists it: wrangler secret list',
    };
  }
  for (const name of given) {
    for (const secret of secretsOf(settings.get(name)?.value ?? '')) {
      if (secret.length >= MIN_SECRET_LENGTH && new Set(secret).size > MIN_SECRET_LENGTH / 4) continue;
      yield {
        rule: 'weak-admin-secret',
        severity: 'warning',
        place: name,
        weakness: `an admin secret is shorter than ${MIN_SECRET_LENGTH} characters or hardly random`,
        remedy: `make one with: openssl rand -base64 48`,
      };
    }
  }
}

/** The secrets of a setting that holds one, or a JSON list. */
function secretsOf(value: string): readonly string[] {
  if (!value.trimStart().startsWith('[')) return [value];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [value];
  } catch {
    return [value];
  }
}

function* servedParts(settings: Settings): Generator<Finding> {
  if (isTrue(settings, 'HASURA_GRAPHQL_ENABLE_CONSOLE')) {
    yield {
      rule: 'console-on',
      severity: 'warning',
      place: 'HASURA_GRAPHQL_ENABLE_CONSOLE',
      weakness: 'the console is served to everybody who finds the address',
      remedy: 'set it to false in production, and use the console of hedge dev',
    };
  }
  if (isTrue(settings, 'HASURA_GRAPHQL_DEV_MODE')) {
    yield {
      rule: 'dev-mode',
      severity: 'danger',
      place: 'HASURA_GRAPHQL_DEV_MODE',
      weakness: 'errors show SQL, its values and what Postgres says to every caller',
      remedy: 'set it to false in production',
    };
  }
  if (isTrue(settings, 'HEDGE_UNAUTHORIZED_INTROSPECTION')) {
    yield {
      rule: 'stranger-introspection',
      severity: 'advice',
      place: 'HEDGE_UNAUTHORIZED_INTROSPECTION',
      weakness: 'whoever sends no credentials is told every name and description of their role’s schema',
      remedy: 'set it to false in production, unless strangers are meant to write queries of their own',
    };
  }
  const apis = (settings.get('HASURA_GRAPHQL_ENABLED_APIS')?.value ?? 'metadata,graphql,pgdump,config')
    .split(',')
    .map((api) => api.trim());
  const live = settings.get('HEDGE_METADATA')?.value === 'live';
  if (live && apis.includes('metadata')) {
    yield {
      rule: 'metadata-api-on',
      severity: 'warning',
      place: 'HASURA_GRAPHQL_ENABLED_APIS',
      weakness:
        'in live mode whoever has the admin secret can run any SQL and change every permission over HTTP',
      remedy: 'deploy bundled metadata, or leave metadata out of HASURA_GRAPHQL_ENABLED_APIS in production',
    };
  }
  if (apis.includes('developer')) {
    yield {
      rule: 'developer-api-on',
      severity: 'warning',
      place: 'HASURA_GRAPHQL_ENABLED_APIS',
      weakness: 'the endpoints below /dev are served',
      remedy: 'leave developer out of HASURA_GRAPHQL_ENABLED_APIS in production',
    };
  }
}

function* pages(settings: Settings): Generator<Finding> {
  if (isTrue(settings, 'HASURA_GRAPHQL_DISABLE_CORS')) return;
  const domains = settings.get('HASURA_GRAPHQL_CORS_DOMAIN')?.value ?? '*';
  for (const domain of domains.split(',').map((text) => text.trim())) {
    if (domain === '*') {
      yield {
        rule: 'cors-any',
        severity: 'warning',
        place: 'HASURA_GRAPHQL_CORS_DOMAIN',
        weakness: 'pages of every site may call the API from their visitors’ browsers',
        remedy: 'name the sites of your own, such as https://app.example.com',
      };
    } else if (domain.startsWith('http://') && !/^http:\/\/(?:localhost|127\.0\.0\.1)(?::|$)/.test(domain)) {
      yield {
        rule: 'cors-without-tls',
        severity: 'warning',
        place: 'HASURA_GRAPHQL_CORS_DOMAIN',
        weakness: `pages of ${domain} come without encryption, so anybody on their way may write them`,
        remedy: 'serve the site over https:// and name it so',
      };
    }
  }
}
