// The page of the REST endpoints, in a browser without a screen: who asks, and what hostile texts in a document do.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from 'esbuild';
import type { Page, PageElement } from 'jsdom';
import { JSDOM, VirtualConsole } from 'jsdom';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { ROOT } from '../../scripts/bundle/paths.ts';
import { must } from '../../src/util/assert.ts';

const ORIGIN = 'https://hedge.test';
const FOLDER = join(ROOT, 'src', 'console', 'rest');

let html: string;
let script: string;
beforeAll(async () => {
  // jsdom runs no modules.
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, 'main.ts')],
    bundle: true,
    format: 'iife',
    write: false,
    outdir: 'never-written',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  script = must(outputFiles.find(({ path }) => path.endsWith('.js'))?.text, 'the script of the page');
  html = (await readFile(join(FOLDER, 'index.html'), 'utf8')).replace(/<script.*<\/script>/, '');
});

const pages: Page[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Opens the page on a server that answers every request so; `asked` holds the requests. */
function openPage(answer: (asked: Asked) => Response): { readonly page: Page; readonly asked: Asked[] } {
  const { window: page } = new JSDOM(html, {
    url: `${ORIGIN}/console/rest/`,
    runScripts: 'dangerously',
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  pages.push(page);
  const asked: Asked[] = [];
  const fetch = async (input: string | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(new URL(typeof input === 'string' ? input : input.url, ORIGIN), init);
    const one = { url: request.url, headers: Object.fromEntries(request.headers) };
    asked.push(one);
    return answer(one);
  };
  Object.assign(page, { fetch, Headers, Request, Response, FormData, structuredClone });
  page.eval(script);
  return { page, asked };
}

const element = (page: Page, selector: string): PageElement =>
  must(page.document.querySelector(selector), `an element ${selector}`);
const found = (page: Page, selector: string) =>
  vi.waitFor(() => element(page, selector), { timeout: 10_000, interval: 20 });
const noticeOf = (page: Page) => element(page, '#notice').textContent;

function say(page: Page, headers: string): void {
  element(page, '#headers-json').value = headers;
  element(page, '#headers button').click();
}

const document = (text: string) => ({
  openapi: '3.0.0',
  info: { title: text, version: '', description: text },
  paths: {
    '/api/rest/one': {
      get: {
        summary: text,
        description: `${text}\n***\n\`\`\` graphql\n${text}\n\`\`\``,
        parameters: [
          { in: 'header', name: 'x-hasura-admin-secret', schema: { type: 'string' } },
          {
            in: 'query',
            name: 'a',
            description: text,
            schema: { type: 'string', enum: [text], default: text },
          },
        ],
        responses: {
          200: {
            description: text,
            content: {
              'application/json': {
                schema: {
                  properties: {
                    a: { title: text, type: 'object', description: text, properties: { [text]: {} } },
                    b: { $ref: '#/components/schemas/uuid!' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  components: { schemas: { 'uuid!': { title: text, type: 'string', description: text } } },
});

describe('who asks', () => {
  const SECRET = { 'x-hasura-admin-secret': 'open', 'X-Hasura-Role': 'user' };
  const answer = ({ url, headers }: Asked) =>
    headers['x-hasura-admin-secret'] !== 'open'
      ? Response.json({ path: '$', error: 'invalid secret', code: 'access-denied' }, { status: 401 })
      : Response.json(url.endsWith('/api/swagger/json') ? document('Tea') : { a: 1 });

  it('is asked for, and said with every request from then on', async () => {
    const { page, asked } = openPage(answer);
    await vi.waitFor(() => expect(noticeOf(page)).toBe('Say who asks, then press the button.'));
    say(page, JSON.stringify(SECRET));
    (await found(page, '.opblock-summary-control')).click();
    (await found(page, '.try-out__btn')).click();
    (await found(page, '.execute')).click();
    await vi.waitFor(() => expect(asked.length).toBe(3), 10_000);
    expect(asked.map(({ url }) => url)).toEqual([
      `${ORIGIN}/api/swagger/json`,
      `${ORIGIN}/api/swagger/json`,
      `${ORIGIN}/api/rest/one?a=Tea`,
    ]);
    expect(asked[0]?.headers).toEqual({});
    for (const { headers } of asked.slice(1))
      expect(headers).toMatchObject({ 'x-hasura-admin-secret': 'open', 'x-hasura-role': 'user' });
  });

  it('is told what is wrong', async () => {
    const { page } = openPage(answer);
    for (const [headers, notice] of [
      ['{"x-hasura-admin-secret": "shut"}', 'invalid secret'],
      ['{', 'The headers are not JSON.'],
      ['["a"]', 'The headers are not a JSON object.'],
      ['{"a": 1}', 'The header a is not a text.'],
    ] as const) {
      say(page, headers);
      await vi.waitFor(() => expect(noticeOf(page)).toBe(notice));
    }
  });
});

describe('a text of the document', () => {
  const FORBIDDEN = new Set(['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'FORM', 'STYLE', 'BASE', 'META', 'LINK']);
  const isDangerous = ({ tagName, attributes }: PageElement) =>
    FORBIDDEN.has(tagName.toUpperCase()) ||
    [...attributes].some(({ name, value }) => /^on/i.test(name) || /^\s*javascript:/i.test(value));

  const TEXTS = [
    '<script>window.pwned = 1</script>',
    '<img src=x onerror="window.pwned = 1">',
    '[click](javascript:window.pwned=1)',
    '<a href=" javascript:window.pwned=1">click</a>',
    '<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>',
    '<svg onload="window.pwned = 1"><animate onbegin="window.pwned = 1"/></svg>',
    '<form action="https://evil.test"><button>go</button></form>',
    '<style>* { display: none }</style><base href="https://evil.test"><object data="x"></object>',
    '<math><mtext><table><mglyph><style><img src=x onerror="window.pwned = 1">',
  ];

  it.each([
    ['as it is', TEXTS.join('\n\n')],
    ['that breaks out of the block of the query', `\`\`\`\n</code></pre>${TEXTS.join('\n')}`],
  ])('runs nothing and brings nothing in: %s', async (_how, text) => {
    const { page } = openPage(() => Response.json(document(text)));
    (await found(page, '.opblock-summary-control')).click();
    await found(page, '.opblock-body .responses-table');
    // All references are found, `uuid!` too.
    expect(page.document.querySelector('.errors-wrapper')).toBeNull();
    const shown = [...element(page, '#endpoints').querySelectorAll('*')];
    expect(shown.length).toBeGreaterThan(50);
    expect(shown.filter(isDangerous).map(({ tagName }) => tagName)).toEqual([]);
    expect(page['pwned']).toBeUndefined();
  });
});

it('the page loads nothing but its own files, and holds no script', async () => {
  const source = await readFile(join(FOLDER, 'index.html'), 'utf8');
  const links = [...source.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
  expect(links).toEqual(['../icon.svg', './main.css', '../', './main.js']);
  expect(source).not.toMatch(/<script[^>]*>[^<]|\son\w+=|<style|https?:/);
});
