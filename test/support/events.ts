// A reader of server-sent events that knows how a stream came to its end, which `EventSource` does not tell.

export interface TestEvent {
  readonly event: string;
  /** Of JSON its value. */
  readonly data: unknown;
}

export interface TestEvents {
  readonly response: Response;
  /** How many comments came so far. */
  comments(): number;
  /** The next event; throws when none comes in time. */
  next(ms?: number): Promise<TestEvent>;
  /** `ended` by the server, or `broken` off. */
  end(ms?: number): Promise<'ended' | 'broken'>;
  leave(): Promise<void>;
}

/** Asks for events; of an answer that is none, `response` is left to read. */
export async function openEvents(url: string, init: RequestInit): Promise<TestEvents> {
  const leaving = new AbortController();
  const response = await fetch(url, {
    ...init,
    headers: { accept: 'text/event-stream', ...(init.headers as Record<string, string>) },
    signal: leaving.signal,
  });
  const events: TestEvent[] = [];
  let comments = 0;
  let end: 'ended' | 'broken' | undefined;
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) void read();

  async function read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) take(block);
      }
      end = 'ended';
    } catch {
      end = 'broken';
    }
  }

  function take(block: string): void {
    if (block.startsWith(':')) {
      comments += 1;
      return;
    }
    const lines = block.split('\n').map((line) => /^(\w+): ?(.*)$/.exec(line) ?? []);
    const of = (field: string): string =>
      lines.flatMap(([, name, value]) => (name === field ? [value] : [])).join('\n');
    const data = of('data');
    events.push({ event: of('event'), data: data === '' ? '' : JSON.parse(data) });
  }

  async function until<T>(look: () => T | undefined, ms: number): Promise<T> {
    for (const deadline = Date.now() + ms; Date.now() < deadline;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`nothing within ${ms} ms`);
  }

  return {
    response,
    comments: () => comments,
    next: (ms = 5000) => until(() => events.shift(), ms),
    end: (ms = 5000) => until(() => end, ms),
    async leave() {
      leaving.abort();
      await response.body?.cancel().catch(() => {});
    },
  };
}
