// What was asked in the last minute + one question more -> whether there is room for it, and if not, when.

/** How many were let through in each second, oldest first. */
export type Window = readonly (readonly [second: number, count: number])[];

export interface Turn {
  readonly window: Window;
  /** 0: there was room, and the window holds the new ones. Else whole seconds until there will be. */
  readonly wait: number;
}

/** A second counts until all of it is a minute past, so that no 60 seconds ever see more than the limit. */
const SPAN_SECONDS = 61;

/** The part of a window that still counts. `now` is in milliseconds. */
export function currentWindow(window: Window, now: number): Window {
  const oldest = Math.floor(now / 1000) - SPAN_SECONDS;
  return window.filter(([second]) => second > oldest);
}

/** Asks for `count` turns where a minute may see `perMinute`: all of them or none. Refused ones do not count. */
export function takeTurns(
  before: Window,
  now: number,
  { perMinute, count }: { readonly perMinute: number; readonly count: number },
): Turn {
  const window = currentWindow(before, now);
  const second = Math.floor(now / 1000);
  let room = perMinute - window.reduce((sum, [, taken]) => sum + taken, 0);
  if (count <= room) return { window: withTurns(window, second, count), wait: 0 };
  for (const [then, taken] of window) {
    room += taken;
    if (count <= room) return { window, wait: Math.max(1, then + SPAN_SECONDS - second) };
  }
  return { window, wait: SPAN_SECONDS }; // never: it asks for more than a minute has
}

function withTurns(window: Window, second: number, count: number): Window {
  const last = window.at(-1);
  // A clock that was set back counts on in the newest second.
  return last && last[0] >= second
    ? [...window.slice(0, -1), [last[0], last[1] + count]]
    : [...window, [second, count]];
}
