// A number of a request -> an integer of a Postgres type as text, or Hasura's words for one that it does not hold.

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import { ExactNumber } from '../util/exact-number.ts';

/** Bits of the integer types of Postgres. */
export type IntegerBits = 16 | 32 | 64;

/**
 * The integer that a number in JSON's syntax stands for, such as `1`, `1.0`, `1e3`.
 * @throws HedgeError `parse-failed` at `path` for a fraction and for what is out of bounds.
 */
export function boundedInteger(
  value: number | ExactNumber | string,
  bits: IntegerBits,
  path: Path | undefined,
): string {
  // Nearly all are such, and there may be thousands of them.
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 2 ** (bits - 1))
    return String(value);
  const text = value instanceof ExactNumber ? value.text : String(value);
  const integer = integerOf(text);
  const limit = 1n << BigInt(bits - 1);
  if (integer !== undefined && integer >= -limit && integer < limit) return String(integer);
  throw new HedgeError(
    'parse-failed',
    `The value ${shownNumber(text)} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?`,
    { path: pathText(path) },
  );
}

/** Undefined for a fraction, and for what no integer type holds. */
function integerOf(text: string): bigint | undefined {
  const { sign, digits, point } = readNumber(text);
  if (digits === '') return 0n;
  if (point < digits.length || point > 19) return undefined;
  return BigInt(`${sign}${digits.padEnd(point, '0')}`);
}

/** As Hasura writes numbers: `1.5`, `40000.0`, and from 10 million on and below 0.1 `2.147483648e9`. */
function shownNumber(text: string): string {
  const { sign, digits, point } = readNumber(text);
  if (digits === '') return '0.0';
  if (point < 0 || point > 7) return `${sign}${digits[0]}.${digits.slice(1) || '0'}e${point - 1}`;
  const whole = digits.slice(0, point).padEnd(point, '0') || '0';
  return `${sign}${whole}.${digits.slice(point) || '0'}`;
}

/** `0.<digits> × 10^point`, no zeros around the digits. */
function readNumber(text: string): {
  readonly sign: string;
  readonly digits: string;
  readonly point: number;
} {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^[+]?(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const point = all.length - fraction.length + Number(exponent);
  return { sign, digits: all.replace(/0+$/, ''), point };
}
