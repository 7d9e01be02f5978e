// What commands print while they work: rewritten lines on a terminal, plain ones elsewhere.

import { describe, expect, it } from 'vitest';

import { createProgress } from '../../scripts/cli/progress.ts';

function recorder(isTTY: boolean): {
  readonly written: string[];
  readonly isTTY: boolean;
  write(text: string): boolean;
} {
  const written: string[] = [];
  return { written, isTTY, write: (text) => written.push(text) > 0 };
}

const ESCAPE = '\u001b';

describe('progress', () => {
  it('prints plain lines where the output is no terminal', async () => {
    const output = recorder(false);
    const progress = createProgress(output, {});
    const result = await progress.step('Counting', async (detail) => {
      detail('one');
      progress.warn('careful');
      detail('two');
      return 2;
    });
    expect(result).toBe(2);
    expect(output.written.join('')).toBe('Counting …\nwarning: careful\ndone: Counting: two\n');
  });

  it('says which step failed and passes the error on', async () => {
    const output = recorder(false);
    const work = createProgress(output, {}).step('Counting', () => Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(output.written.join('')).toBe('Counting …\nfailed: Counting\n');
  });

  it('rewrites its line on a terminal, around notes', async () => {
    const output = recorder(true);
    const progress = createProgress(output, { NO_COLOR: '1' });
    await progress.step('Counting', async () => {
      progress.note('half');
    });
    expect(output.written.join('')).toBe(
      `\r${ESCAPE}[K… Counting\r${ESCAPE}[Khalf\n… Counting\r${ESCAPE}[K✓ Counting\n`,
    );
  });

  it.each([
    ['colours a terminal', true, {}, true],
    ['keeps to NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['takes an empty NO_COLOR as not set', true, { NO_COLOR: '' }, true],
    ['writes no escapes to a dumb terminal', true, { TERM: 'dumb' }, false],
    ['writes no escapes to a file', false, {}, false],
  ])('%s', (_fact, isTTY, env, coloured) => {
    const output = recorder(isTTY);
    createProgress(output, env).error('no');
    expect(output.written.join('').includes(ESCAPE)).toBe(coloured);
  });
});
