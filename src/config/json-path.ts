// The JSONPath subset of Hasura's JWT settings: text -> steps, and the value that the steps lead to.

export interface JsonPath {
  readonly text: string;
  /** Keys and indexes from the root. */
  readonly steps: readonly (string | number)[];
}

const STEP = /\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.[\]'"\s]+)/y;

/**
 * Reads `$`, `$.hasura.claims`, `$.a['odd key'].b[0]` and `$.['https://…'].user` (the dot before a bracket is allowed,
 * as Hasura does). Undefined when the text is no such path.
 */
export function readJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(text);
    // A bare word straight after `$` would make `$a` a path.
    if (!match || (at === 1 && match[4] !== undefined && text[at] !== '.')) return undefined;
    const quoted = match[1] ?? match[2];
    if (quoted !== undefined) steps.push(quoted.replaceAll(/\\(.)/g, '$1'));
    else if (match[3] !== undefined) steps.push(Number(match[3]));
    else steps.push(match[4] ?? '');
  }
  return { text, steps };
}

/** The value at `path`, undefined when there is none. Only own keys of plain JSON are followed. */
export function followJsonPath(path: JsonPath, root: unknown): unknown {
  let value = root;
  for (const step of path.steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
