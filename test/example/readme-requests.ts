// README.md -> the settings its dev command gives and its curl requests, each with the answer printed below it.

export interface ReadmeRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: unknown;
}

export interface Readme {
  /** `HASURA_GRAPHQL_…` before `npm run dev`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: readonly ReadmeRequest[];
}

/** Reads the README as a reader would: shell blocks in order, variables kept, a JSON block is the answer to the curl before it. */
export function readReadme(markdown: string): Readme {
  const environment: Record<string, string> = {};
  const shell = new Map<string, string>();
  const requests: ReadmeRequest[] = [];
  let asked: Omit<ReadmeRequest, 'answer'> | undefined;

  for (const [, language, text = ''] of markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
    if (language === 'json' && asked) {
      requests.push({ ...asked, answer: JSON.parse(text) });
      asked = undefined;
    }
    if (language !== 'sh') continue;
    for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
      const words = readWords(line, shell);
      const first = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
      const assigned = (first < 0 ? words : words.slice(0, first)).map(assignment);
      const command = first < 0 ? [] : words.slice(first);
      if (command.join(' ') === 'npm run dev') Object.assign(environment, Object.fromEntries(assigned));
      if (command.length === 0) for (const [name, value] of assigned) shell.set(name, value);
      if (command[0] === 'curl') asked = readCurl(command.slice(1));
    }
  }
  return { environment, requests };
}

function assignment(word: string): [string, string] {
  const equals = word.indexOf('=');
  return [word.slice(0, equals), word.slice(equals + 1)];
}

/** A line as a shell splits it: `'…'` as it stands, `"…"` and bare words with `$NAME` filled in. */
function readWords(line: string, variables: ReadonlyMap<string, string>): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, single, double, bare, space] of line.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)|(\s+)/g)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      const text =
        single ??
        (double ?? bare ?? '').replace(/\$([A-Z_]+)/g, (_, name: string) => variables.get(name) ?? '');
      word = (word ?? '') + text;
    }
  }
  return word === undefined ? words : [...words, word];
}

function readCurl(options: readonly string[]): Omit<ReadmeRequest, 'answer'> {
  let url: URL | undefined;
  let body: string | undefined;
  const headers: Record<string, string> = {};
  const rest = [...options];
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (option === '-s') continue;
    else if (option === '-d') body = rest.shift();
    else if (option === '-H') {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(rest.shift() ?? '') ?? [];
      headers[name] = value;
    } else if (option.startsWith('http')) url = new URL(option);
    else throw new Error(`README.md uses a flag of curl that this reader does not know: ${option}`);
  }
  if (!url || body === undefined) throw new Error('a curl request of README.md has no address or no body');
  return { url, headers, body };
}
