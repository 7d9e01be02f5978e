// The page at /console/rest: the REST endpoints of this server, read from /api/swagger/json and tried out on the spot.

import 'swagger-ui-dist/swagger-ui.css';
import './page.css';
import SwaggerUi from 'swagger-ui-dist/swagger-ui-es-bundle.js';

import { addHeaders, EXAMPLE, readHeaders } from './headers.ts';

const form = find('headers', HTMLFormElement);
const field = find('headers-json', HTMLTextAreaElement);
const notice = find('notice', HTMLElement);
const endpoints = find('endpoints', HTMLElement);

/** Of the request that was asked for last: an earlier one that answers later is not shown. */
let latest = 0;

field.placeholder = `Who asks, as JSON: ${EXAMPLE}`;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void show(false);
});
void show(true);

/** Asks with the headers of the field; the first time nothing is said of a refusal, as nobody was asked yet. */
async function show(isFirst: boolean): Promise<void> {
  const turn = ++latest;
  notice.textContent = 'Loading …';
  endpoints.replaceChildren();
  try {
    const headers = readHeaders(field.value);
    const document = await readDocument(headers);
    if (turn !== latest) return;
    notice.textContent = '';
    const place = endpoints.appendChild(globalThis.document.createElement('div'));
    SwaggerUi({
      domNode: place,
      spec: { ...document, servers: [{ url: location.origin }] },
      validatorUrl: null,
      defaultModelsExpandDepth: 0,
      requestInterceptor(request) {
        if (new URL(request.url, location.href).origin === location.origin)
          addHeaders(request.headers, headers);
        return request;
      },
    });
  } catch (error) {
    if (turn !== latest) return;
    const reason = error instanceof Error ? error.message : String(error);
    notice.textContent = isFirst ? 'Say who asks, then press the button.' : reason;
  }
}

/** @throws Error with the server's words. */
async function readDocument(headers: ReadonlyMap<string, string>): Promise<object> {
  const response = await fetch('/api/swagger/json', { headers: [...headers] });
  const body = (await response.json()) as unknown;
  if (typeof body !== 'object' || body === null) throw new Error('The answer is no document.');
  if (response.ok) return body;
  throw new Error('error' in body ? String(body.error) : `The server answers ${response.status}.`);
}

function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html has an element with the id "${id}"`);
  return element;
}
