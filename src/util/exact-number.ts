// Numbers that a JavaScript number would change, kept as their text: bigint keys beyond 2^53, numeric with many digits.

/** A number by its text, in JSON's syntax. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** Lets `JSON.stringify` write the number as it was read (proposal «JSON.parse source text access», in V8 since 11.4). */
  toJSON(): unknown {
    return rawJson(this.text);
  }
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON.bind(JSON);

/** A number text as a JavaScript number where that is exact, else as an `ExactNumber`. */
export function exactNumber(text: string): number | ExactNumber {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  if (!Number.isInteger(value) && significantDigits(text) <= 15 && Number.isFinite(value)) return value;
  return new ExactNumber(text);
}

function significantDigits(text: string): number {
  return text
    .replace(/[eE].*$/, '')
    .replaceAll(/[-.]/g, '')
    .replace(/^0+/, '').length;
}

/** A member or item that could be more than a JavaScript number holds; hits inside strings only cost time. */
const LONG_NUMBER = /[:[,]\s*-?(?:\d[\d.]{15}|[\d.]+[eE][+-]?\d{2})/;

/**
 * Parses JSON without changing its numbers.
 * @throws SyntaxError as `JSON.parse`.
 */
export function parseJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  const revive = (_key: string, value: unknown, context: { readonly source?: string }): unknown =>
    typeof value === 'number' && context.source !== undefined ? exactNumber(context.source) : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}
