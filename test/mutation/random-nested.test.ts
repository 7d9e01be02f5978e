// Random objects nested in every way, as literals, variables and mixtures, one text asked again with other objects:
// each row is written once, with its own values or defaults, and belongs to the row it was nested with.

import { expect, test } from 'vitest';

import { blogOfFile } from './blog.ts';

/** RANDOM_RUNS widens a run. */
const ROUNDS = Number(process.env['RANDOM_RUNS'] ?? 100);

const blog = blogOfFile();

type Random = () => number;

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Generated {
  readonly objects: Record<string, unknown>[];
  /** `<author>: <score> <bio>` of each, and `<article>: <status> <author>`, `<profile>: <author>`. */
  readonly expected: string[];
}

/** Authors with articles and profiles, or articles with authors. */
function generate(random: Random, root: 'author' | 'article'): Generated {
  let serial = 0;
  const expected: string[] = [];
  const chance = (p: number): boolean => random() < p;
  const count = (): number => Math.floor(random() * 4);
  const author = (depth: number, articles: boolean): Record<string, unknown> => {
    const name = `n${serial++}`;
    const object: Record<string, unknown> = { name };
    const score = chance(0.3) ? Math.floor(random() * 100) : undefined;
    const bio = chance(0.3) ? `b"'\\${serial}` : chance(0.2) ? null : undefined;
    if (score !== undefined) object['score'] = score;
    if (bio !== undefined) object['bio'] = bio;
    expected.push(`${name}: ${score ?? 0} ${bio ?? null}`);
    if (chance(0.4)) {
      object[chance(0.5) ? 'profile' : 'profile_manual'] = { data: { phone: `p${serial}` } };
      expected.push(`p${serial}: ${name}`);
    }
    if (articles && chance(0.6)) {
      object['articles'] = chance(0.1)
        ? null
        : { data: Array.from({ length: count() }, () => article(depth + 1, name)) };
    }
    return object;
  };
  const article = (depth: number, parent: string | null): Record<string, unknown> => {
    const title = `t${serial++}`;
    const object: Record<string, unknown> = { title };
    const status = chance(0.3) ? 'review' : undefined;
    if (status !== undefined) object['status'] = status;
    let owner = parent;
    if (parent === null && chance(0.6)) {
      const inner = author(depth + 1, depth < 2);
      owner = String(inner['name']);
      object['author'] = { data: inner };
    } else if (parent === null && chance(0.3)) {
      object['author_id'] = 3;
      owner = 'cat';
    }
    expected.push(`${title}: ${status ?? 'draft'} ${owner}`);
    return object;
  };
  const objects = Array.from({ length: 1 + count() }, () =>
    root === 'author' ? author(0, true) : article(0, null),
  );
  return { objects, expected: expected.sort() };
}

/** A literal; some of its values become variables. */
function literal(value: unknown, variables: Record<string, unknown>, random: Random): string {
  if (Array.isArray(value)) return `[${value.map((v) => literal(v, variables, random)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    if (typeof value !== 'string' || random() > 0.3) return JSON.stringify(value);
    const name = `v${Object.keys(variables).length}`;
    variables[name] = value;
    return `$${name}`;
  }
  return `{${Object.entries(value)
    .map(([key, v]) => `${key}: ${literal(v, variables, random)}`)
    .join(', ')}}`;
}

const WRITTEN = `
select name || ': ' || score || ' ' || coalesce(bio, 'null') from author where id > 100
union all select title || ': ' || status || ' ' || coalesce(a.name, 'null') from article t left join author a on a.id = t.author_id where t.id > 100
union all select phone || ': ' || name from profile join author on id = author_id where id > 100`;

test(`${ROUNDS} inserts`, async () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const random = randomFrom(seed);
    const root = random() < 0.5 ? 'author' : 'article';
    const { objects, expected } = generate(random, root);
    const variables: Record<string, unknown> = {};
    let query: string;
    // Columns alone are answered by one statement where that is possible, other rows by a transaction of several.
    const select = random() < 0.5 ? 'id' : root === 'author' ? 'id articles { id }' : 'id author { id }';
    if (random() < 0.6) {
      query = `mutation ($o: [${root}_insert_input!]!) { insert_${root}(objects: $o) { affected_rows returning { ${select} } } }`;
      variables['o'] = objects;
    } else {
      const text = literal(objects, variables, random);
      const declared = Object.keys(variables).map((name) => `$${name}: String`);
      const head = declared.length > 0 ? `(${declared.join(', ')})` : '';
      query = `mutation ${head} { insert_${root}(objects: ${text}) { affected_rows returning { ${select} } } }`;
    }
    await blog.reset();
    const answer = await blog.ask('admin', query, { variables });
    const what = `seed ${seed}: ${query} ${JSON.stringify(variables)}`;
    expect(answer, what).toMatchObject({ [`insert_${root}`]: { affected_rows: expected.length } });
    expect((await blog.rows(WRITTEN)).sort(), what).toEqual(expected);
  }
});
