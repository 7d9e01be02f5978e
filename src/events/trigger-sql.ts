// What an event trigger records -> the function and the trigger that do so, under Hasura's names, and what removes them.

import type { Sql } from '../sql/sql.ts';
import { emit, ident, join, sql, written } from '../sql/sql.ts';
import { must } from '../util/assert.ts';
import { unreachable } from '../util/assert.ts';
import type {
  PayloadColumn,
  RecordedOperation,
  RecordedOperationName,
  RecordedTrigger,
} from './recorded-trigger.ts';
import { RECORDED_OPERATIONS } from './recorded-trigger.ts';

/** What one operation of an event trigger is in the database. */
export interface TriggerObjects {
  /** Of the function in `hdb_catalog`, and of the trigger on the table. */
  readonly name: string;
  /** The function's text, as `pg_proc.prosrc` has it. */
  readonly body: string;
  readonly createFunction: string;
  readonly createTrigger: readonly string[];
}

/** `notify_hasura_<trigger>_INSERT` */
export function objectName(trigger: string, operation: RecordedOperationName): string {
  return `notify_hasura_${trigger}_${operation}`;
}

/** The names of everything that a trigger may have in the database. */
export function objectNames(trigger: string): readonly string[] {
  return RECORDED_OPERATIONS.map((operation) => objectName(trigger, operation));
}

/** The objects of each operation that is recorded. */
export function triggerObjects(trigger: RecordedTrigger): readonly TriggerObjects[] {
  return trigger.operations.map((operation) => {
    const name = objectName(trigger.name, operation.operation);
    const body = emitted(
      operation.operation === 'UPDATE' ? updateBody(trigger, operation) : plainBody(trigger, operation),
    );
    return {
      name,
      body,
      createFunction: emitted(
        sql`create or replace function ${functionSql(name)}() returns trigger language plpgsql as ${written(body)}`,
      ),
      createTrigger: createTrigger(trigger, operation.operation, name),
    };
  });
}

/** `drop function if exists hdb_catalog."notify_hasura_users_INSERT"() cascade`, which takes its trigger along. */
export function dropFunction(name: string): string {
  return emitted(sql`drop function if exists ${functionSql(name)}() cascade`);
}

/**
 * ```
 * create or replace trigger "notify_hasura_users_INSERT" after insert on "public"."users" for each row
 *   execute function hdb_catalog."notify_hasura_users_INSERT"()
 * ```
 */
function createTrigger(
  { table, onReplication }: RecordedTrigger,
  operation: RecordedOperationName,
  name: string,
): readonly string[] {
  const tableSql = ident(table.schema, table.name);
  return [
    emitted(
      sql`create or replace trigger ${ident(name)} after ${OPERATION_SQL[operation]} on ${tableSql} for each row execute function ${functionSql(name)}()`,
    ),
    ...(onReplication ? [emitted(sql`alter table ${tableSql} enable always trigger ${ident(name)}`)] : []),
  ];
}

const OPERATION_SQL: Readonly<Record<RecordedOperationName, Sql>> = {
  INSERT: sql`insert`,
  UPDATE: sql`update`,
  DELETE: sql`delete`,
};

function functionSql(name: string): Sql {
  return ident('hdb_catalog', name);
}

/** Of inserts and deletes, every one is an event. */
function plainBody(trigger: RecordedTrigger, operation: RecordedOperation): Sql {
  return sql`
begin
  ${recordSql(trigger, operation)};
  return null;
end`;
}

/**
 * Of updates, those that change a column which is listened to. Types like json cannot be compared: then the rows are
 * compared as they are stored, in which equal values may differ.
 */
function updateBody(trigger: RecordedTrigger, operation: RecordedOperation): Sql {
  return sql`
declare
  _old record;
  _new record;
  _changed boolean;
begin
  _old := ${listenedSql(sql`old`, operation)};
  _new := ${listenedSql(sql`new`, operation)};
  begin
    _changed := _old is distinct from _new;
  exception when undefined_function then
    _changed := _old operator(pg_catalog.*<>) _new;
  end;
  if _changed then
    ${recordSql(trigger, operation)};
  end if;
  return null;
end`;
}

/** `row(old."name", old."age")` */
function listenedSql(row: Sql, { listen }: RecordedOperation): Sql {
  return listen === '*' ? row : sql`row(${join(listen.map((name) => sql`${row}.${ident(name)}`))})`;
}

/**
 * ```
 * perform hdb_catalog.insert_event_log('public', 'users', 'users', tg_op,
 *   pg_catalog.json_build_object('old', null::json, 'new', pg_catalog.row_to_json(new)))
 * ```
 * The table is named here, as `tg_table_name` would be a partition's.
 */
function recordSql({ name, table }: RecordedTrigger, { operation, payload }: RecordedOperation): Sql {
  const old = operation === 'INSERT' ? sql`null::json` : payloadSql(sql`old`, payload);
  const now = operation === 'DELETE' ? sql`null::json` : payloadSql(sql`new`, payload);
  return sql`perform hdb_catalog.insert_event_log(${written(table.schema)}, ${written(table.name)}, ${written(name)}, tg_op,
    pg_catalog.json_build_object('old', ${old}, 'new', ${now}))`;
}

/** `(select pg_catalog.row_to_json("e".*) from (select new."id" as "id") as "e")` */
function payloadSql(row: Sql, payload: RecordedOperation['payload']): Sql {
  if (payload === '*') return sql`pg_catalog.row_to_json(${row})`;
  const columns = payload.map((column) => sql`${columnSql(row, column)} as ${ident(column.name)}`);
  return sql`(select pg_catalog.row_to_json("e".*) from (select ${join(columns)}) as "e")`;
}

function columnSql(row: Sql, { name, form }: PayloadColumn): Sql {
  const column = sql`${row}.${ident(name)}`;
  switch (form.kind) {
    case 'value':
      return column;
    case 'text':
      return sql`${column}::pg_catalog.text`;
    case 'text list':
      return sql`${column}::pg_catalog.text[]`;
    case 'geojson':
      // Writers need not have PostGIS in their search path.
      return sql`${ident(form.schema, 'st_asgeojson')}(${column}, 15, 4)::pg_catalog.json`;
    default:
      return unreachable(form);
  }
}

function emitted(fragment: Sql): string {
  const { text, bindings } = emit(fragment);
  must(bindings.length === 0 ? text : null, 'DDL has no parameters');
  return text;
}
