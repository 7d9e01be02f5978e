// The lines of a worker's log as they come in, found by type and request.

import { vi } from 'vitest';

export interface LogLine {
  readonly type: string;
  readonly timestamp: string;
  readonly level: string;
  readonly detail: unknown;
}

export interface LogLines {
  /** For the worker to write to. */
  readonly add: (line: string) => void;
  /** All of them as they are. */
  readonly texts: readonly string[];
  /** Waits for `count` lines of a type that name a request, and gives them. */
  of(type: string, requestId: string, count?: number): Promise<readonly LogLine[]>;
  /** Those of a type that are there already. */
  now(type: string): readonly LogLine[];
}

export function logLines(): LogLines {
  const texts: string[] = [];
  const now = (type: string): readonly LogLine[] =>
    texts.map((text) => JSON.parse(text) as LogLine).filter((line) => line.type === type);
  return {
    add: (line) => void texts.push(line),
    texts,
    now,
    of: (type, requestId, count = 1) =>
      vi.waitFor(
        () => {
          const found = now(type).filter((line) => JSON.stringify(line.detail).includes(`"${requestId}"`));
          if (found.length < count) throw new Error(`${found.length} of ${count} lines of ${type}`);
          return found;
        },
        { timeout: 5_000, interval: 20 },
      ),
  };
}
