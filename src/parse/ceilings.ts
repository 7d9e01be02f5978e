// The text of a request -> refused, when parsing or planning it would take longer than any real operation does. One pass
// over the characters, before anything is made of them.

import { HedgeError } from '../error/hedge-error.ts';

/** Tokens of one document; 1,000 aliased fields with arguments are about 20,000. */
export const MAX_TOKENS = 100_000;
/** Brackets open at once. The parser recurses once per bracket; answers do not nest this deep. */
const MAX_NESTING = 500;
/** Each may be a statement of its own. */
const MAX_ALIASES = 5_000;
/** `@skip` and `@include` mostly. */
const MAX_DIRECTIVES = 1_000;
/** Operations and fragments. */
const MAX_DEFINITIONS = 1_000;
/** `...name` and `... on Type`. */
const MAX_SPREADS = 5_000;

/** What stands in the text, outside of strings and comments. */
interface Counts {
  /** As GraphQL's lexer cuts the text. */
  tokens: number;
  /** Brackets of any kind that are open. */
  open: number;
  /** Round ones among them: what is in these are arguments and variables, not selections. */
  round: number;
  aliases: number;
  directives: number;
  definitions: number;
  spreads: number;
}

/**
 * Refuses a text beyond measure. What is no GraphQL is left to the parser.
 * @throws HedgeError `validation-failed` at `$.query`.
 */
export function checkCeilings(text: string): void {
  const counts: Counts = {
    tokens: 0,
    open: 0,
    round: 0,
    aliases: 0,
    directives: 0,
    definitions: 0,
    spreads: 0,
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    switch (c) {
      case 0x20: // space
      case 0x09: // tab
      case 0x0a: // line ends
      case 0x0d:
      case 0x2c: // ,
      case 0xfeff: // byte order mark
        continue;
      case 0x23: // # comment, to the end of the line
        while (i + 1 < text.length && text.charCodeAt(i + 1) !== 0x0a && text.charCodeAt(i + 1) !== 0x0d) i++;
        continue;
      case 0x28: // (
        counts.round++;
        open(counts);
        break;
      case 0x7b: // {
        if (counts.open === 0) counts.definitions++;
        open(counts);
        break;
      case 0x5b: // [
        open(counts);
        break;
      case 0x29: // )
        counts.round--;
        counts.open--;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        counts.open--;
        break;
      case 0x3a: // :
        if (counts.round === 0) counts.aliases++;
        break;
      case 0x40: // @
        counts.directives++;
        break;
      case 0x2e: // .
        if (text.startsWith('...', i)) {
          counts.spreads++;
          i += 2;
        }
        break;
      case 0x22: // "
        i = endOfString(text, i);
        break;
      default:
        i = (isLetter(c) ? endOfName : endOfNumber)(text, i);
    }
    counts.tokens++;
    // Looked at now and then: the numbers only grow, and the text ends soon after.
    if ((counts.tokens & 0x3ff) === 0) refuseExcess(counts);
  }
  refuseExcess(counts);
}

function open(counts: Counts): void {
  if (++counts.open > MAX_NESTING) refuse(`the document nests deeper than ${MAX_NESTING} brackets`);
}

function refuseExcess({ tokens, aliases, directives, definitions, spreads }: Counts): void {
  if (tokens > MAX_TOKENS) refuse(`the document has more than ${MAX_TOKENS} tokens`);
  if (aliases > MAX_ALIASES) refuse(`the document has more than ${MAX_ALIASES} aliases`);
  if (directives > MAX_DIRECTIVES) refuse(`the document has more than ${MAX_DIRECTIVES} directives`);
  if (definitions > MAX_DEFINITIONS)
    refuse(`the document has more than ${MAX_DEFINITIONS} operations and fragments`);
  if (spreads > MAX_SPREADS) refuse(`the document spreads more than ${MAX_SPREADS} fragments`);
}

function refuse(message: string): never {
  throw new HedgeError('validation-failed', message, { path: '$.query' });
}

/** Index of the last character of the name that begins at `start`. */
function endOfName(text: string, start: number): number {
  let i = start;
  while (isLetter(text.charCodeAt(i + 1)) || isDigit(text.charCodeAt(i + 1))) i++;
  return i;
}

/** The same of a number, or of what is neither and stands for itself. */
function endOfNumber(text: string, start: number): number {
  let i = start;
  if (!isDigit(text.charCodeAt(i)) && text.charCodeAt(i) !== 0x2d) return i;
  while (isInNumber(text.charCodeAt(i + 1))) i++;
  return i;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isLetter(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f;
}

/** Digits, and what stands between them: `1.5e+3`. */
function isInNumber(c: number): boolean {
  return isDigit(c) || c === 0x2e || c === 0x65 || c === 0x45 || c === 0x2d || c === 0x2b;
}

/** Index of the last character of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) {
    for (let i = start + 3; i < text.length; i++) {
      if (text.startsWith('\\"""', i)) i += 3;
      else if (text.startsWith('"""', i)) return i + 2;
    }
    return text.length;
  }
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22 || c === 0x0a) return i;
  }
  return text.length;
}
