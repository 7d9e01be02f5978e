// The `validate_input` of a permission -> the webhook that is asked before anything is written.

import type { ValidateInputModel } from '../../artifact/write-types.ts';
import type { Header, ValidateInput } from '../../metadata/webhook-types.ts';
import { isTemplate } from '../../webhook/template.ts';
import type { WebhookHeader } from '../../webhook/types.ts';
import { at, refuse } from '../inconsistency.ts';

/** Seconds, as in Hasura. */
const DEFAULT_TIMEOUT = 10;

/** RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads the key; null where a permission has none.
 * @throws a refusal for a URL or a header that could never be called.
 */
export function compileValidateInput(validateInput: ValidateInput | undefined): ValidateInputModel | null {
  if (!validateInput) return null;
  const { url, headers = [], forward_client_headers: forward, timeout } = validateInput.definition;
  return at(['validate_input', 'definition'], () => ({
    url: at(['url'], () => checkedUrl(url)),
    headers: headers.map((header, i) => at(['headers', i], () => webhookHeader(header))),
    forwardClientHeaders: forward ?? false,
    timeout: timeout ?? DEFAULT_TIMEOUT,
  }));
}

/** What a template becomes is known when it is called. */
function checkedUrl(url: string): string {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isTemplate(url) && !isHttp)
    refuse('the url of validate_input is no URL that begins with http:// or https://');
  return url;
}

function webhookHeader({ name, value, value_from_env: fromEnv }: Header): WebhookHeader {
  if (!HEADER_NAME.test(name)) refuse(`${JSON.stringify(name)} is no name of a header`);
  if (fromEnv !== undefined) return { name, valueFromEnv: fromEnv };
  if (value === undefined) return refuse(`header ${JSON.stringify(name)} has no value`);
  return { name, value };
}
