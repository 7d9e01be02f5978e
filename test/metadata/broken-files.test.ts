// Files broken at random: the reader never throws, and every mistake has a place inside a file and a whole sentence.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { read, withTables } from './memory-files.ts';
import { USERS, WHOLE_FORMAT } from './whole-format.ts';

const FILES: Readonly<Record<string, string>> = withTables('- "!include public_users.yaml"\n', {
  [USERS]: WHOLE_FORMAT[USERS] ?? '',
  'actions.yaml': WHOLE_FORMAT['actions.yaml'] ?? '',
  'actions.graphql': WHOLE_FORMAT['actions.graphql'] ?? '',
});

const SYNTAX = [
  '\t',
  '\n',
  '  ',
  ':',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '? ',
  '%',
  '@',
  '#',
  '~',
];
const WORDS = ['*a', '&a ', '<<: ', '!include ', '!include ../', 'null', '---\n', '...\n', '1e999', '.nan'];
const TRAPS = ['', '\r', '\0', '\uD800', '\u2028', '__proto__: ', 'constructor: '];

const breakage = fc.record({
  file: fc.constantFrom(...Object.keys(FILES)),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.nat({ max: 12 }),
  scrap: fc.constantFrom(...SYNTAX, ...WORDS, ...TRAPS),
});

describe('broken files', () => {
  it('give problems, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(breakage, { minLength: 1, maxLength: 4 }), async (breaks) => {
        const files: Record<string, string> = { ...FILES };
        for (const { file, at, removed, scrap } of breaks) {
          const text = files[file] ?? '';
          const start = Math.floor(at * text.length);
          files[file] = text.slice(0, start) + scrap + text.slice(start + removed);
        }
        const { problems, notices } = await read(files);
        for (const { file, line, column, message } of [...problems, ...notices]) {
          expect(message).toMatch(/^["A-Z_a-z].*[.?]$/);
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          if (Object.hasOwn(files, file))
            expect(line).toBeLessThanOrEqual((files[file] ?? '').split(/\r\n?|\n/).length);
        }
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});
