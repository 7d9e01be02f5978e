// Schemas of single settings: what a var or secret may be -> the value the stages use. Their messages follow the
// variable's name and say the way out; none repeats a value, which may be a secret.

import * as v from 'valibot';

import type { ConfigurableLogType } from '../telemetry/log.ts';
import { LOG_TYPES } from '../telemetry/log.ts';
import type { Api, CorsConfig } from './types.ts';
import { APIS } from './types.ts';

const TRUE_TEXTS = ['true', 't', 'yes', 'y'];
const FALSE_TEXTS = ['false', 'f', 'no', 'n'];

/** A text that is not empty. An empty secret would look configured and protect nothing. */
export const text = v.pipe(
  v.string('expected a text'),
  v.check((value) => value.trim() !== '', 'is set but empty; give it a value, or remove it'),
);

/** A text that an HTTP header can carry as it is. */
export const headerText = v.pipe(
  text,
  v.check(
    (value) => value.trim() === '' || (value.trim() === value && !/[\r\n\0]/.test(value)),
    'begins or ends with white space or holds a line break, so no request header can match it; remove these',
  ),
);

/** A boolean, or one of Hasura's texts for it in any case. */
export const boolean = v.pipe(
  v.union([v.boolean(), v.string()], 'expected a boolean'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    if (typeof dataset.value === 'boolean') return dataset.value;
    const word = dataset.value.toLowerCase();
    if (TRUE_TEXTS.includes(word)) return true;
    if (FALSE_TEXTS.includes(word)) return false;
    addIssue({
      message: `not a valid boolean text; true values are ${TRUE_TEXTS.join(', ')} and false values are ${FALSE_TEXTS.join(', ')}, in any case`,
    });
    return NEVER;
  }),
);

/** A whole number of at least 1, as number or text. */
export const positiveInteger = v.pipe(
  v.union([v.number(), v.string()], 'expected a number'),
  v.transform((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value)),
  v.check(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1,
    'expected a whole number of at least 1',
  ),
  v.transform(Number),
);

/** A whole number from 0 on, as number or text. */
export const wholeNumber = v.pipe(
  v.union([v.number(), v.string()], 'expected a number'),
  v.transform((value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value)),
  v.check(
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
    'expected a whole number from 0 on',
  ),
  v.transform(Number),
);

/** Takes JSON text as its value. What is no text is taken as it is: vars in wrangler.toml can be lists and tables. */
export function jsonValue(hint: string): v.RawTransformAction<unknown, unknown> {
  return v.rawTransform<unknown, unknown>(({ dataset, addIssue, NEVER }) => {
    const { value } = dataset;
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      addIssue({
        message:
          value.trim() === '' ? 'is set but empty; give it a value, or remove it' : `not valid JSON; ${hint}`,
      });
      return NEVER;
    }
  });
}

const SECRETS = 'expected a JSON list such as ["one secret", "another"]';

/** A JSON list of texts that a header can carry as they are. */
export const headerTexts = v.pipe(
  v.unknown(),
  jsonValue(SECRETS),
  v.array(headerText, SECRETS),
  v.minLength(1, 'is an empty list; give it an item, or remove it'),
);

/** A list of words with commas, white space around them left out. */
export const words = v.pipe(
  v.string('expected a text'),
  v.transform((value): readonly string[] =>
    value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ),
);

/** Types of log lines with commas between. */
export const logTypes = v.pipe(
  words,
  v.rawTransform(({ dataset, addIssue, NEVER }): readonly ConfigurableLogType[] => {
    const types = LOG_TYPES.filter((type) => dataset.value.includes(type));
    if (dataset.value.every((word) => types.some((type) => type === word))) return types;
    addIssue({ message: `expected a list with commas of: ${LOG_TYPES.join(', ')}` });
    return NEVER;
  }),
);

/** An absolute URL over HTTP. */
export const httpUrl = v.pipe(
  text,
  v.check((value) => isHttpUrl(value), 'expected a URL that begins with http:// or https://'),
);

/** The URL of an authentication webhook. */
export const hookUrl = v.pipe(
  httpUrl,
  v.check(
    (value) => !URL.parse(value)?.username && !URL.parse(value)?.password,
    'names a user or password, whose place in the header Authorization is the client’s; put the secret into path or query of the URL',
  ),
);

/** The method an authentication webhook is asked by. */
export const hookMethod = v.pipe(
  v.string('expected GET or POST'),
  v.transform((value) => value.trim().toUpperCase()),
  v.picklist(['GET', 'POST'], 'expected GET or POST'),
);

function isHttpUrl(value: string): boolean {
  const protocol = URL.parse(value)?.protocol;
  return protocol === 'http:' || protocol === 'https:';
}

const DOMAIN = /^https?:\/\/(\*\.)?([a-z0-9_-]+\.)*[a-z0-9_-]+(:\d+)?$/;

/** `*`, or origins with commas between, each with scheme and optional port; a first label may be `*`. */
export const corsDomains = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }): CorsConfig => {
    if (dataset.value.trim() === '*') return { kind: 'any' };
    const origins = new Set<string>();
    const parents = new Set<string>();
    for (const part of dataset.value.split(',')) {
      const domain = part.trim().toLowerCase();
      if (!DOMAIN.test(domain)) {
        addIssue({
          message: `invalid domain: '${part.trim()}'; expected * or a list such as https://app.example.com, https://*.example.com:8080`,
        });
        return NEVER;
      }
      if (domain.includes('://*.')) parents.add(domain.replace('://*.', '://'));
      else origins.add(domain);
    }
    return { kind: 'domains', origins, parents };
  }),
);

/** Names of groups of endpoints with commas between. */
export const apis = v.pipe(
  text,
  v.rawTransform(({ dataset, addIssue, NEVER }): ReadonlySet<Api> => {
    const names = dataset.value.split(',').map((name) => name.trim().toLowerCase());
    const unknown = names.find((name) => !APIS.some((api) => api === name));
    if (unknown === undefined) return new Set(names as Api[]);
    addIssue({ message: `'${unknown}' is no API; expected a list with commas of ${APIS.join(', ')}` });
    return NEVER;
  }),
);
