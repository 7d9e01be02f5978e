// What a command is doing -> lines on standard error: rewritten in place on a terminal, plain and final elsewhere.
// Standard output stays free for results.

import type { WriteStream } from 'node:tty';

/** Where a command tells its user what happens. */
export interface Progress {
  /** Shows `title` while `work` runs, and how long it took; `work` may add words with `detail`. */
  step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T>;
  note(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

const RESET = '\u001b[0m';
const STYLES = { green: '\u001b[32m', red: '\u001b[31m', yellow: '\u001b[33m', dim: '\u001b[2m' } as const;
const CLEAR_LINE = '\r\u001b[K';
/** Steps faster than this are not worth a time. */
const SHOWN_DURATION_MS = 100;
/** Taken where a terminal says it has 0 columns. */
const UNKNOWN_WIDTH = 80;

type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/** Colours follow NO_COLOR (https://no-color.org) and are left out where the output is no terminal. */
export function createProgress(output: Output = process.stderr, env = process.env): Progress {
  const terminal = output.isTTY === true && env['TERM'] !== 'dumb';
  const colours = terminal && (env['NO_COLOR'] ?? '') === '';
  const styled = (style: keyof typeof STYLES, text: string): string =>
    colours ? `${STYLES[style]}${text}${RESET}` : text;
  let pending = '';

  function line(text: string): void {
    output.write(pending === '' ? `${text}\n` : `${CLEAR_LINE}${text}\n`);
    if (pending !== '') output.write(pending);
  }

  function show(text: string): void {
    if (!terminal) return;
    pending = `… ${text}`.slice(0, (output.columns || UNKNOWN_WIDTH) - 1);
    output.write(`${CLEAR_LINE}${pending}`);
  }

  function end(text: string): void {
    if (terminal) output.write(CLEAR_LINE);
    pending = '';
    output.write(`${text}\n`);
  }

  return {
    async step(title, work) {
      const start = performance.now();
      let details = '';
      if (terminal) show(title);
      else output.write(`${title} …\n`);
      try {
        const result = await work((text) => {
          details = `: ${text}`;
          show(`${title}${details}`);
        });
        end(`${styled('green', terminal ? '✓' : 'done:')} ${title}${details}${duration(start)}`);
        return result;
      } catch (error) {
        end(`${styled('red', terminal ? '✗' : 'failed:')} ${title}`);
        throw error;
      }
    },
    note: (text) => line(text),
    warn: (text) => line(`${styled('yellow', 'warning:')} ${text}`),
    error: (text) => line(`${styled('red', 'error:')} ${text}`),
  };

  function duration(start: number): string {
    const elapsed = performance.now() - start;
    return elapsed < SHOWN_DURATION_MS ? '' : styled('dim', ` (${(elapsed / 1000).toFixed(1)} s)`);
  }
}
