// What can be wrong with the text of a file before it is metadata at all, and what YAML may do that JSON cannot.
import { describe, expect, it } from 'vitest';

import { plainValue } from '../../src/metadata/tree.ts';
import { parseYaml } from '../../src/metadata/yaml.ts';
import { problemsOf, read, withTables } from './memory-files.ts';

const TABLES = 'databases/default/tables/tables.yaml';

function values(text: string): { readonly value: unknown; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const { tree } = parseYaml('f.yaml', text, ({ line, column }, message) => {
    problems.push(`${line}:${column} ${message}`);
  });
  return { value: plainValue(tree), problems };
}

describe('text that is not YAML is reported at its place', () => {
  it.each([
    [
      'a tab as indentation',
      '- table: users\n  object_relationships:\n\t- name: a\n',
      /:3:1: This line is indented with a tab/,
    ],
    [
      'an open bracket',
      '- table: {name: users\n',
      /:2:1: This is not YAML: .*end with a }. Correct it here or just before/,
    ],
    ['an open quote', '- table: "users\n', /: This is not YAML: Missing closing "quote/],
    [
      'two documents',
      '- table: users\n---\n- table: posts\n',
      /:2:1: The file holds several YAML documents; keep one/,
    ],
    ['an unknown tag', '- table: !env users\n', /:1:10: The YAML tag !env is not known here; remove it/],
    [
      'an unknown alias',
      '- table: *users\n',
      /:1:10: The alias \*users stands for the anchor &users, which is not defined above/,
    ],
    [
      'an alias of itself',
      '- &a\n  table: users\n  b: *a\n',
      /:3:6: .*which contains this alias itself; write the value here/,
    ],
    [
      'a key twice',
      '- table: users\n  table: posts\n',
      /:2:3: The key "table" is already on line 1 of this mapping; keep one of the two/,
    ],
    ['a list as a key', '- ? [a]\n  : b\n', /The key of a mapping must be a text/],
    ['a key of prototypes', '- table: users\n  __proto__: {}\n', /:2:3: The key "__proto__" cannot be used/],
    ['infinity', '- table: .inf\n', /:1:10: The value .inf is not a number JSON knows; put it in quotes/],
    ['brackets without end', '['.repeat(5000), /nested deeper|not YAML/],
    [
      'nesting without end',
      `${'['.repeat(300)}${']'.repeat(300)}`,
      /Values are nested deeper than 200 levels/,
    ],
  ])('%s', async (_, text, expected) => {
    const problems = await problemsOf(withTables(text));
    expect(problems.join('\n')).toMatch(expected);
    expect(problems.every((problem) => problem.startsWith(`${TABLES}:`))).toBe(true);
  });

  it('lists the mistakes of all files at once', async () => {
    const problems = await problemsOf(
      withTables('- "!include a.yaml"\n- "!include b.yaml"\n- tabel: c\n', {
        'databases/default/tables/a.yaml': 'table: "a\n',
        'databases/default/tables/b.yaml': 'table: b\nselct_permissions: []\n',
        'cron_triggers.yaml': '- name: [\n',
      }),
    );
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'cron_triggers.yaml',
      'databases/default/tables/a.yaml',
      'databases/default/tables/b.yaml',
      TABLES,
    ]);
  });
});

describe('bombs', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 12; level++) {
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }

  it('of aliases are refused at once', async () => {
    const problems = await problemsOf({ 'version.yaml': 'version: 3', 'api_limits.yaml': lines.join('\n') });
    expect(problems).toEqual([
      'api_limits.yaml:1:1: The aliases (*name) of this file repeat each other without measure; write them out.',
    ]);
  });

  it('of merge keys are refused at once', () => {
    const merges = Array.from(
      { length: 40 },
      (_, i) =>
        `m${i}: &m${i} {k${i}: [${'x, '.repeat(50)}], <<: [${Array.from({ length: i }, (_, j) => `*m${j}`).join(', ')}]}`,
    );
    values(merges.join('\n'));
  });

  it('of includes are refused at once', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, level) => [
        `i${level}.yaml`,
        level === 0
          ? '[x, x, x, x, x, x, x, x, x]'
          : `[${Array(9)
              .fill(`!include i${level - 1}.yaml`)
              .join(', ')}]`,
      ]),
    );
    const problems = await problemsOf({
      'version.yaml': 'version: 3',
      'api_limits.yaml': 'x: !include i11.yaml',
      ...files,
    });
    expect(problems.join('\n')).toMatch(
      /^i\d+.yaml:1:1: The files included here repeat each other without measure/m,
    );
  });

  it('of depth, through aliases, are refused', () => {
    const deep = ['a0: &a0 x'];
    for (let level = 1; level < 200; level++) deep.push(`a${level}: &a${level} [[*a${level - 1}]]`);
    expect(values(deep.join('\n')).problems).toEqual([
      '1:1 Values are nested deeper than 200 levels; flatten them.',
    ]);
  });
});

describe('text that is YAML', () => {
  it.each([
    ['a byte order mark', '\uFEFFa: 1', { a: 1 }],
    ['CRLF line ends', 'a: 1\r\nb:\r\n  - c\r\n', { a: 1, b: ['c'] }],
    ['JSON indented with tabs', '{\n\t"a": [\n\t\t1\n\t]\n}', { a: [1] }],
    ['an anchor used twice', 'a: &x [1]\nb: *x', { a: [1], b: [1] }],
    ['a merge key', 'a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3', { a: { k: 1, l: 2 }, b: { l: 3, k: 1 } }],
    ['yes and no', 'a: yes\nno: b', { a: 'yes', no: 'b' }],
    ['numbers and booleans as keys', '1: a\ntrue: b', { 1: 'a', true: 'b' }],
    ['a date', 'a: 2024-01-31', { a: '2024-01-31' }],
    ['a bigint no double can hold', 'a: 9007199254740993', { a: '9007199254740993' }],
    ['a numeric no double can hold', 'a: 0.12345678901234567890', { a: '0.12345678901234567890' }],
    [
      'numbers a double holds',
      'a: [9007199254740991, -1.5, 1e3, 0x10]',
      { a: [9007199254740991, -1.5, 1000, 16] },
    ],
    ['keys of Object.prototype', 'constructor: 1\ntoString: 2', { constructor: 1, toString: 2 }],
    ['an escaped emoji in JSON', '{"a": "\\ud83d\\ude00"}', { a: '😀' }],
  ])('%s', (_, text, value) => {
    expect(values(text)).toEqual({ value, problems: [] });
  });

  it('has the positions of CRLF files right', async () => {
    const problems = await problemsOf(withTables('- table: users\r\n  is_enun: true\r\n'));
    expect(problems).toEqual([
      `${TABLES}:2:3: Table "users" has no key "is_enun"; did you mean "is_enum"? (at sources[0].tables[0].is_enun)`,
    ]);
  });

  it('keeps a column called "constructor" in mappings', async () => {
    const { metadata } = await read(
      withTables(`- table: users
  array_relationships:
    - name: posts
      using:
        manual_configuration: {remote_table: posts, column_mapping: {constructor: toString}}
`),
    );
    expect(metadata.sources[0]?.tables[0]?.array_relationships?.[0]?.using).toEqual({
      manual_configuration: {
        remote_table: { schema: 'public', name: 'posts' },
        column_mapping: { constructor: 'toString' },
      },
    });
  });
});
