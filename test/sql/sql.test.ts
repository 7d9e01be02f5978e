import { describe, expect, test } from 'vitest';

import { jsonObjectSql, jsonRow } from '../../src/sql/json.ts';
import type { Sql } from '../../src/sql/sql.ts';
import { andSql, emit, ident, integer, join, literal, orSql, param, sql } from '../../src/sql/sql.ts';

const INT = ident('pg_catalog', 'int4');

describe('fragments', () => {
  test('a hole takes fragments only', () => {
    const raw = "x'; drop table users" as unknown as Sql;
    expect(() => sql`select ${raw}`).toThrow('use param(), ident() or literal()');
    expect(() => sql`select ${{ parts: ['drop'] } as unknown as Sql}`).toThrow('takes a fragment');
    expect(() => join([raw])).toThrow('takes fragments');
  });

  test.each([
    ['plain', '"plain"'],
    ['"; drop table users; --', '"""; drop table users; --"'],
    ['select', '"select"'],
    ['ünïcödé 💥', '"ünïcödé 💥"'],
  ])('a name is quoted: %s', (name, quoted) => {
    expect(emit(ident(name)).text).toBe(quoted);
  });

  test.each(['', 'a\0b'])('a name Postgres cannot have is refused: %j', (name) => {
    expect(() => ident(name)).toThrow('Postgres name');
  });

  test('a literal with any unusual character becomes a parameter', () => {
    expect(emit(literal('users_aggregate'))).toEqual({ text: "'users_aggregate'", bindings: [] });
    const { text, bindings } = emit(literal("it's"));
    expect(text).toBe('($1)::text');
    expect(bindings).toEqual([{ kind: 'constant', text: "it's" }]);
  });

  test('equal bindings with equal casts share a number, others do not', () => {
    const user = param({ kind: 'session', name: 'x-hasura-user-id' }, INT);
    const asText = param({ kind: 'session', name: 'x-hasura-user-id' }, sql`text`);
    const { text, bindings } = emit(sql`${user} = ${user} or ${asText} is null`);
    expect(text).toBe('($1)::"pg_catalog"."int4" = ($1)::"pg_catalog"."int4" or ($2)::text is null');
    expect(bindings).toHaveLength(2);
  });

  test('no condition is true for and, false for or', () => {
    expect(emit(andSql([])).text).toBe('true');
    expect(emit(orSql([])).text).toBe('false');
    expect(emit(andSql([sql`a`, sql`b`])).text).toBe('(a and b)');
    expect(emit(orSql([sql`a`])).text).toBe('a');
  });

  test('integer() writes whole numbers and nothing else', () => {
    expect(emit(integer(20)).text).toBe('20');
    expect(() => integer(1.5)).toThrow();
    expect(() => integer(Number.NaN)).toThrow();
  });
});

describe('objects', () => {
  const field = (key: string) => ({ key, value: sql`1` });

  test('an object is a row whose aliases are its keys', () => {
    const row = jsonRow([field('id'), field('__proto__')]);
    expect(emit(row.columns).text).toBe('1 as "id", 1 as "__proto__"');
    expect(emit(row.list(ident('r0'))).text).toBe(`coalesce(json_agg("r0"), '[]')`);
  });

  test('a key longer than 63 bytes never becomes an alias, which Postgres would cut', () => {
    const key = 'k'.repeat(64);
    const row = jsonRow([field(key)]);
    expect(emit(row.columns).text).toBe(`json_build_object('${key}', 1) as "j"`);
    expect(emit(row.json(ident('r0'))).text).toBe('"r0"."j"');
  });

  test('an object of more members than a call takes arguments is put together in order', () => {
    const text = emit(jsonObjectSql(Array.from({ length: 120 }, (_, i) => field(`f${i}`)))).text;
    expect(text.match(/json_build_object\(/g)).toHaveLength(3);
    expect(text.indexOf("'f49'")).toBeLessThan(text.indexOf("'f50'"));
  });
});
