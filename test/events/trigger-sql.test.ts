// The SQL of an event trigger, and when which of it is run.

import { describe, expect, it } from 'vitest';

import type { CatalogColumn, CatalogType, DatabaseCatalog } from '../../src/catalog/types.ts';
import type { RecordedTrigger } from '../../src/events/recorded-trigger.ts';
import { recordedTriggers } from '../../src/events/recorded-trigger.ts';
import { CREATE_SOURCE_CATALOG } from '../../src/events/source-catalog.ts';
import type { TriggerChange } from '../../src/events/trigger-changes.ts';
import { namesToLookUp, triggerChanges } from '../../src/events/trigger-changes.ts';
import { triggerObjects } from '../../src/events/trigger-sql.ts';
import type { FunctionState, TriggerState } from '../../src/events/trigger-state.ts';
import type { SourceMetadata } from '../../src/metadata/types.ts';
import type { EventTriggerMetadata } from '../../src/metadata/webhook-types.ts';
import { must } from '../../src/util/assert.ts';

const USERS: RecordedTrigger = {
  name: 'users',
  table: { schema: 'public', name: 'users' },
  onReplication: false,
  operations: [
    { operation: 'INSERT', listen: '*', payload: '*' },
    { operation: 'UPDATE', listen: ['name'], payload: [{ name: 'id', form: { kind: 'value' } }] },
  ],
};

describe('the objects of a trigger', () => {
  const [insert, update] = triggerObjects(USERS);

  it('have Hasura’s names', () => {
    expect(insert?.createTrigger).toEqual([
      'create or replace trigger "notify_hasura_users_INSERT" after insert on "public"."users" for each row execute function "hdb_catalog"."notify_hasura_users_INSERT"()',
    ]);
    expect(insert?.createFunction).toMatch(
      /^create or replace function "hdb_catalog"."notify_hasura_users_INSERT"\(\) returns trigger language plpgsql as '\nbegin/,
    );
  });

  it('record an insert as it is, and an update when a listened column changed', () => {
    expect(insert?.body).toBe(`
begin
  perform hdb_catalog.insert_event_log('public', 'users', 'users', tg_op,
    pg_catalog.json_build_object('old', null::json, 'new', pg_catalog.row_to_json(new)));
  return null;
end`);
    expect(update?.body).toContain('_old := row(old."name");');
    expect(update?.body).toContain(
      `'new', (select pg_catalog.row_to_json("e".*) from (select new."id" as "id") as "e")`,
    );
  });
});

const type = (name: string, more: Partial<CatalogType> = {}): CatalogType => ({
  schema: 'pg_catalog',
  name,
  dimensions: 0,
  kind: 'base',
  ...more,
});

function catalogOf(columns: Readonly<Record<string, CatalogType>>): DatabaseCatalog {
  const table = {
    schema: 'public',
    name: 'users',
    kind: 'table',
    comment: null,
    columns: Object.entries(columns).map(([name, of], i): CatalogColumn => ({
      name,
      position: i + 1,
      type: of,
      nullable: true,
      hasDefault: false,
      generated: false,
      identity: null,
      comment: null,
    })),
    primaryKey: null,
    uniqueKeys: [],
    foreignKeys: [],
    insertable: true,
    updatable: true,
    deletable: true,
  } as const;
  return { serverVersion: 180000, tables: [table], functions: [], enums: [], domains: [], composites: [] };
}

const sourceWith = (...triggers: readonly EventTriggerMetadata[]): SourceMetadata => ({
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: '' } },
  tables: [{ table: { schema: 'public', name: 'users' }, event_triggers: triggers }],
});

const INSERTS: EventTriggerMetadata = {
  name: 'users',
  definition: { insert: { columns: '*' } },
  webhook: '',
};

describe('values in a payload', () => {
  const formsOf = (columns: Readonly<Record<string, CatalogType>>, stringifyNumericTypes: boolean) => {
    const triggers = recordedTriggers(sourceWith(INSERTS), catalogOf(columns), { stringifyNumericTypes });
    return triggers.get('users')?.operations[0]?.payload;
  };
  const numbers = { id: type('int8'), list: type('numeric', { dimensions: 1 }), count: type('int4') };
  const geo = {
    id: type('int4'),
    place: type('geography', { schema: 'gis' }),
    area: type('geometry', { schema: 'gis' }),
  };

  it('are the row’s own where nothing else is asked for', () => {
    expect(formsOf(numbers, false)).toBe('*');
    expect(formsOf({ count: type('int4') }, true)).toBe('*');
  });

  it('are texts of numbers a JavaScript number cannot hold, where the deployment wants them', () => {
    expect(formsOf(numbers, true)).toEqual([
      { name: 'id', form: { kind: 'text' } },
      { name: 'list', form: { kind: 'text list' } },
      { name: 'count', form: { kind: 'value' } },
    ]);
  });

  it('are GeoJSON of PostGIS, wherever that is installed', () => {
    const payload = must(formsOf(geo, false), 'the table can have the trigger');
    const [objects] = triggerObjects({
      ...USERS,
      operations: [{ operation: 'INSERT', listen: '*', payload }],
    });
    expect(objects?.body).toContain(
      'select new."id" as "id", "gis"."st_asgeojson"(new."place", 15, 4)::pg_catalog.json as "place", "gis"."st_asgeojson"(new."area", 15, 4)::pg_catalog.json as "area"',
    );
  });
});

it.each<[string, EventTriggerMetadata[]]>([
  ['names a column that is not there', [{ ...INSERTS, definition: { insert: { columns: ['none'] } } }]],
  ['sends a column that is not there', [{ ...INSERTS, definition: { insert: { payload: ['none'] } } }]],
  ['has a name that Postgres would cut', [{ ...INSERTS, name: 'ü'.repeat(22) }]],
  ['has a name with NUL', [{ ...INSERTS, name: 'a\0b' }]],
  ['has the name of another', [INSERTS, { ...INSERTS, webhook: 'other' }]],
  [
    'sends a secret of the service',
    [{ ...INSERTS, headers: [{ name: 'a', value_from_env: 'HASURA_GRAPHQL_ADMIN_SECRET' }] }],
  ],
])('a trigger that %s is none', (_, triggers) => {
  const recorded = recordedTriggers(sourceWith(...triggers), catalogOf({ id: type('int4') }), {
    stringifyNumericTypes: false,
  });
  expect([...recorded.values()]).toEqual([null]);
});

describe('changes', () => {
  const EMPTY: TriggerState = { catalog: 'missing', functions: new Map() };
  const inPlace = (more: Partial<FunctionState> = {}): TriggerState => ({
    catalog: 'ready',
    functions: new Map(
      triggerObjects(USERS).map(({ name, body }) => [
        name,
        {
          body,
          isOurs: true,
          triggers: [{ name, schema: 'public', table: 'users', isAlways: false }],
          ...more,
        },
      ]),
    ),
  });
  const change = (more: Partial<TriggerChange> = {}): TriggerChange => ({
    before: new Set(['users']),
    after: new Map([['users', USERS]]),
    changed: new Set(),
    recreated: new Set(),
    ...more,
  });
  const sqlOf = (...args: Parameters<typeof triggerChanges>) =>
    triggerChanges(...args).map(({ sql }) => /^\w+ (?:or replace )?\w+/.exec(sql)?.[0]);

  it('are none where all is in place', () => {
    expect(triggerChanges(change(), inPlace())).toEqual([]);
    expect(triggerChanges(change({ changed: new Set(['users']) }), inPlace())).toEqual([]);
  });

  it('begin with the tables of events where there are none, also for a trigger without operations', () => {
    const texts = triggerChanges(change(), EMPTY).map(({ sql }) => sql);
    expect(texts.slice(1, CREATE_SOURCE_CATALOG.length + 1)).toEqual(CREATE_SOURCE_CATALOG);
    const manual = { ...USERS, operations: [] };
    expect(triggerChanges(change({ after: new Map([['users', manual]]) }), EMPTY)).toHaveLength(
      1 + CREATE_SOURCE_CATALOG.length,
    );
  });

  it('leave a table alone where only the function is another', () => {
    expect(sqlOf(change(), inPlace({ body: 'other' }))).toEqual([
      'select pg_catalog',
      'create or replace function',
      'create or replace function',
    ]);
  });

  it('leave functions of another role alone, unless the trigger itself changed', () => {
    const foreign = inPlace({ body: 'other', isOurs: false });
    expect(triggerChanges(change(), foreign)).toEqual([]);
    expect(triggerChanges(change({ changed: new Set(['users']) }), foreign)).toHaveLength(3);
  });

  it('leave what a trigger has that cannot be', () => {
    expect(triggerChanges(change({ after: new Map([['users', null]]) }), inPlace())).toEqual([]);
  });

  it('drop and archive what is gone', () => {
    const gone = change({ after: new Map() });
    expect(sqlOf(gone, inPlace())).toEqual([
      'select pg_catalog',
      'drop function',
      'drop function',
      'update hdb_catalog',
    ]);
    expect(triggerChanges(gone, EMPTY)).toEqual([]);
  });

  it('look at every name a trigger may have', () => {
    expect(namesToLookUp(change({ before: new Set(['gone']) }))).toEqual([
      'notify_hasura_gone_INSERT',
      'notify_hasura_gone_UPDATE',
      'notify_hasura_gone_DELETE',
      'notify_hasura_users_INSERT',
      'notify_hasura_users_UPDATE',
      'notify_hasura_users_DELETE',
    ]);
  });

  it('are refused in a database of another version', () => {
    expect(() => triggerChanges(change(), { ...EMPTY, catalog: 'foreign' })).toThrow(
      'not those of version 3',
    );
  });
});
