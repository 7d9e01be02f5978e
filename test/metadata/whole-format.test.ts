import { describe, expect, it } from 'vitest';
// Every key of the format is known: the whole fixture reads without a mistake, and each of its keys, spelled wrong
// or given a wrong value, is found at its place.
import { isMap, isScalar, isSeq, parseDocument, type Node, type Scalar } from 'yaml';

import { FEATURES } from '../../src/metadata/features.ts';
import { must } from '../../src/util/assert.ts';
import { problemsOf, read } from './memory-files.ts';
import { USERS, WHOLE_FORMAT } from './whole-format.ts';

describe('the whole format', () => {
  it('reads without a mistake', async () => {
    expect(await problemsOf(WHOLE_FORMAT)).toEqual([]);
  });

  it('gets a notice for each feature that is not available, and for nothing else', async () => {
    const { notices } = await read(WHOLE_FORMAT);
    const found = new Set(notices.map((notice) => notice.path.replaceAll(/\[\d+\]/g, '[]')));
    // These two stand for the same feature as a key in the fixture.
    const twins = /array_relationships.*native_query$|object_relationships.*remote_native_query$/;
    const expected = Object.entries(FEATURES)
      .filter(([path, { available }]) => !available && !twins.test(path))
      .map(([path]) => path);
    expect([...found].sort()).toEqual(expected.sort());
  });

  it('keeps what is not available yet in the metadata', async () => {
    const { metadata } = await read(WHOLE_FORMAT);
    expect(metadata['cron_triggers']).toMatchObject([{ name: 'nightly', payload: { anything: [1] } }]);
    expect(metadata.sources[0]?.tables[0]?.event_triggers).toHaveLength(2);
    expect(metadata.sources[0]?.functions).toMatchObject([{ function: { schema: 'public', name: 'f' } }]);
  });
});

/** Below these keys everything is the user's own. */
const FREE = ['filter', 'check', 'set', 'payload', 'arguments', 'query_params', 'add_headers'];
/** Right below these the names are. */
const OWN_NAMES = [
  'mapping',
  'column_mapping',
  'field_mapping',
  'remote_field',
  'field',
  'column_config',
  'custom_column_names',
  'per_role',
  'dataconnector',
];

interface Key {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly value: Node;
}

function keysOf(node: unknown, parent: string): Key[] {
  if (isSeq(node)) return node.items.flatMap((item) => keysOf(item, ''));
  if (!isMap<Scalar<string>, Node>(node)) return [];
  return node.items.flatMap(({ key, value }) => {
    const range = must(key.range, 'the parser gives every key a range');
    const below = FREE.includes(key.value) ? [] : keysOf(value, key.value);
    if (OWN_NAMES.includes(parent)) return below;
    return [
      { key: key.value, start: range[0], end: range[1], value: must(value, 'no key is empty') },
      ...below,
    ];
  });
}

/** The keys of each file; a round of tests changes one key of every file at once, as reading costs the time. */
const KEYS = new Map(
  Object.entries(WHOLE_FORMAT)
    .filter(([file]) => file.endsWith('.yaml'))
    .map(([file, text]) => {
      const customTags = [{ tag: '!include', resolve: (target: string) => `!include ${target}` }];
      return [file, keysOf(parseDocument(text, { customTags }).contents, '')] as const;
    }),
);
const ROUNDS = Array.from(
  { length: Math.max(...[...KEYS.values()].map((keys) => keys.length)) },
  (_, i) => i,
);

/** The fixture with the round's key of each file changed, and what was changed. */
function changed(
  round: number,
  change: (key: Key) => { start: number; end: number; text: string } | undefined,
) {
  const files: Record<string, string> = { ...WHOLE_FORMAT };
  const changes: { readonly file: string; readonly line: number; readonly key: Key }[] = [];
  for (const [file, keys] of KEYS) {
    const key = keys[round];
    const edit = key && change(key);
    if (key === undefined || edit === undefined) continue;
    const text = files[file] ?? '';
    files[file] = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    changes.push({ file, line: text.slice(0, key.start).split('\n').length, key });
  }
  return { files, changes };
}

describe('each key', () => {
  it('is in the fixture', () => {
    expect([...KEYS.values()].flat().length).toBeGreaterThan(500);
  });

  it.each(ROUNDS)('spelled wrong is found on its line, round %i', async (round) => {
    const { files, changes } = changed(round, ({ key, start, end }) => ({ start, end, text: `${key}_x` }));
    const problems = await problemsOf(files);
    for (const { file, line, key } of changes) {
      const found = problems.filter((problem) => problem.startsWith(`${file}:${line}:`));
      expect(found.join('\n')).toContain(`has no key "${key.key}_x"; did you mean "${key.key}"?`);
    }
  });

  it.each(ROUNDS)('with a value of another type is found in its file, round %i', async (round) => {
    const { files, changes } = changed(round, ({ key, value }) => {
      const range = must(value.range, 'the parser gives every value a range');
      const isInclude = isScalar(value) && String(value.value).startsWith('!include');
      if (key === 'payload' || isInclude) return undefined;
      // No scalar may be a list of lists, no collection a number.
      return { start: range[0], end: range[1], text: isScalar(value) ? '[[1]]' : '17\n' };
    });
    const problems = await problemsOf(files);
    for (const { file, key } of changes) {
      const found = problems.filter((problem) => problem.startsWith(`${file}:`));
      expect(found.length, `${file} ${key.key}`).toBeGreaterThan(0);
    }
  });
});

describe('a value nobody expects', () => {
  it('is named by the object, the role and the key', async () => {
    const text = (WHOLE_FORMAT[USERS] ?? '').replace('limit: 10', 'limit: ten');
    expect(await problemsOf({ ...WHOLE_FORMAT, [USERS]: text })).toEqual([
      `${USERS}:132:14: "permission.limit" of the select permission of role "user" on table "users" must be a whole number, not a text. (at sources[0].tables[0].select_permissions[0].permission.limit)`,
    ]);
  });
});
