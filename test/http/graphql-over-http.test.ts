// GraphQL over HTTP, judged by the audits of the `graphql-http` package: every MUST holds, and what else does not is
// listed with its reason.

import { serverAudits } from 'graphql-http';
import { expect, it } from 'vitest';

import { service } from './service.ts';

/** Ids of audits by the reason. All are recommendations (SHOULD) or free to choose (MAY). */
const DEVIATIONS: Readonly<Record<string, string>> = {
  'what is no GraphQL request is answered with errors under status 200, as in Hasura':
    'A5BF 423L LKJ0 LKJ1 LKJ2 LKJ3 6C00 6C01 6C02 6C03 4760 4761 4762 4763 BCF8 B7N8 3E3A 8764',
  'extensions that are no object are ignored, as in Hasura': '58B0 58B1 58B2 58B3',
  'application/json is the only type, as in Hasura, and its errors have status 200':
    '22EB 51FE 556A 74FF 865D 86EE',
};

it('is kept but for what Hasura does otherwise', async () => {
  const { fetch } = service();
  const origin = 'http://hedge.test';
  const audits = serverAudits({
    url: `${origin}/v1/graphql`,
    fetchFn: (url: string, init: RequestInit) => fetch(url.slice(origin.length), init),
  });
  const failed: string[] = [];
  for (const { fn } of audits) {
    const result = await fn();
    expect(result.status, result.name).not.toBe('error');
    if (result.status !== 'ok') failed.push(`${result.id} ${result.name}`);
  }
  expect(audits.length).toBeGreaterThan(50);
  expect(failed.map((text) => text.slice(0, 4)).sort(), failed.join('\n')).toEqual(
    Object.values(DEVIATIONS)
      .flatMap((ids) => ids.split(' '))
      .sort(),
  );
});
