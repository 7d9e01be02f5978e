// The mutations that are measured: tables they write to, what the role `user` may do there, and each class beside the SQL a
// person who knows Postgres well would write for it by hand.

import type { TableMetadata } from '../../src/metadata/types.ts';
import type { QueryClass } from './classes.ts';

const STOCK_ROWS = 6400;
const DELETED_ROWS = 40_000;

/** Beside the tables of data.ts. */
export const WRITES_SQL = `
create table entry (
  entry_id bigserial primary key, owner_id int not null references employee, account int not null,
  amount numeric(10, 2) not null, note text, created_at timestamptz not null default now());
create table purchase (
  purchase_id bigserial primary key, owner_id int not null references employee, buyer text not null);
create table purchase_line (
  line_id bigserial primary key, purchase_id bigint not null references purchase, sku text not null, quantity int not null);
create table line_part (
  part_id bigserial primary key, line_id bigint not null references purchase_line, name text not null, weight int not null);
create table stock (
  stock_id int primary key, owner_id int not null references employee, name text not null, price numeric(10, 2) not null);
create index on purchase_line (purchase_id);
create index on line_part (line_id);
`;

const OWN = { owner_id: 'X-Hasura-User-Id' };
const table = (name: string) => ({ schema: 'public', name });
const toMany = (name: string, other: string, column: string) => ({
  name,
  using: { foreign_key_constraint_on: { table: table(other), column } },
});

/** Every row gets the user who writes it, and must have what the checks say. */
export const WRITE_TABLES: readonly TableMetadata[] = [
  {
    table: table('entry'),
    select_permissions: [{ role: 'user', permission: { columns: '*', filter: OWN } }],
    insert_permissions: [
      {
        role: 'user',
        permission: { columns: ['account', 'amount', 'note'], set: OWN, check: { amount: { _gte: 0 } } },
      },
    ],
  },
  {
    table: table('purchase'),
    array_relationships: [toMany('lines', 'purchase_line', 'purchase_id')],
    select_permissions: [{ role: 'user', permission: { columns: '*', filter: OWN } }],
    insert_permissions: [{ role: 'user', permission: { columns: ['buyer'], set: OWN, check: {} } }],
  },
  {
    table: table('purchase_line'),
    array_relationships: [toMany('parts', 'line_part', 'line_id')],
    insert_permissions: [
      { role: 'user', permission: { columns: ['sku', 'quantity'], check: { quantity: { _gt: 0 } } } },
    ],
  },
  {
    table: table('line_part'),
    insert_permissions: [{ role: 'user', permission: { columns: ['name', 'weight'], check: {} } }],
  },
  {
    table: table('stock'),
    select_permissions: [{ role: 'user', permission: { columns: '*', filter: OWN } }],
    insert_permissions: [
      { role: 'user', permission: { columns: ['stock_id', 'name', 'price'], set: OWN, check: {} } },
    ],
    update_permissions: [
      {
        role: 'user',
        permission: { columns: ['name', 'price'], filter: OWN, check: { price: { _gte: 0 } } },
      },
    ],
    delete_permissions: [{ role: 'user', permission: { filter: OWN } }],
  },
];

const stockSql = (rows: number): string =>
  `truncate stock; insert into stock select i, 3, 'Item ' || i, 1 + i % 90 from generate_series(1, ${rows}) i; analyze stock`;

const cents = (i: number): number => ((i * 7919) % 100_000) / 100;

/** `rows` objects for `insert_entry`. */
export function entries(i: number, rows: number): readonly Readonly<Record<string, unknown>>[] {
  return Array.from({ length: rows }, (_, n) => ({
    account: (i * rows + n) % 5000,
    amount: cents(i + n),
    note: `Entry ${n} of request ${i}`,
  }));
}

export const INSERT_MANY = `mutation InsertMany($objects: [entry_insert_input!]!) {
  insert_entry(objects: $objects) { affected_rows returning { account amount } }
}`;

const INSERT_MANY_SQL = `with new as (
  insert into public.entry (owner_id, account, amount, note)
  select $2::int, o.account, o.amount, o.note from json_to_recordset($1::json) as o(account int, amount numeric, note text)
  returning *, case when amount >= 0 then null else current_setting('bench/refused') end as refused
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select (select count(*) from new) as affected_rows,
      (select coalesce(json_agg(r), '[]') from (select account, amount from new) r) as returning
  ) r) as insert_entry) root`;

export const WRITE_CLASSES: readonly QueryClass[] = [
  {
    name: 'insert_one',
    title: 'insert one row',
    prepare: 'truncate entry',
    query: `mutation InsertOne($account: Int!, $amount: numeric!, $note: String) {
  insert_entry_one(object: { account: $account, amount: $amount, note: $note }) { account amount note }
}`,
    variables: (i) => ({ account: i, amount: cents(i), note: `Entry ${i}` }),
    floor: {
      sql: `with new as (
  insert into public.entry (owner_id, account, amount, note) values ($4::int, $1::int, $2::numeric, $3::text)
  returning *, case when amount >= 0 then null else current_setting('bench/refused') end as refused
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select account, amount, note from new) r) as insert_entry_one) root`,
      parameters: ['account', 'amount', 'note', 'user'],
    },
  },
  {
    name: 'insert_100',
    title: 'insert 100 rows',
    prepare: 'truncate entry',
    query: INSERT_MANY,
    variables: (i) => ({ objects: entries(i, 100) }),
    floor: { sql: INSERT_MANY_SQL, parameters: ['objects', 'user'] },
  },
  {
    name: 'insert_nested',
    title: 'insert 1 row, 10 nested in it, 100 nested in these',
    prepare: 'truncate purchase, purchase_line, line_part',
    query: `mutation InsertNested($object: purchase_insert_input!) {
  insert_purchase(objects: [$object]) { affected_rows returning { buyer } }
}`,
    variables: (i) => ({
      object: {
        buyer: `Buyer ${i}`,
        lines: {
          data: Array.from({ length: 10 }, (_, n) => ({
            sku: `SKU-${(i * 10 + n) % 900}`,
            quantity: 1 + (n % 5),
            parts: { data: Array.from({ length: 10 }, (_, m) => ({ name: `Part ${m}`, weight: n * m })) },
          })),
        },
      },
    }),
    floor: {
      // Keys are taken from the sequence first, so that parts know their lines.
      sql: `with new as (
  insert into public.purchase (owner_id, buyer) values ($2::int, $1::json ->> 'buyer') returning *
), line as materialized (
  select nextval('public.purchase_line_line_id_seq') as line_id, l.*
  from json_to_recordset($1::json -> 'lines' -> 'data') as l(sku text, quantity int, parts json)
), new_line as (
  insert into public.purchase_line (line_id, purchase_id, sku, quantity)
  select l.line_id, n.purchase_id, l.sku, l.quantity from line l, new n
  returning case when quantity > 0 then null else current_setting('bench/refused') end as refused
), new_part as (
  insert into public.line_part (line_id, name, weight)
  select l.line_id, p.name, p.weight from line l, json_to_recordset(l.parts -> 'data') as p(name text, weight int)
  returning line_id
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select (select count(*) from new) + (select count(*) from new_line) + (select count(*) from new_part) as affected_rows,
      (select coalesce(json_agg(r), '[]') from (select buyer from new) r) as returning
  ) r) as insert_purchase) root`,
      parameters: ['object', 'user'],
    },
  },
  {
    name: 'update_by_pk',
    title: 'update one row by primary key',
    prepare: stockSql(STOCK_ROWS),
    query: `mutation UpdateByPk($id: Int!, $price: numeric!) {
  update_stock_by_pk(pk_columns: { stock_id: $id }, _set: { price: $price }) { stock_id name price }
}`,
    variables: (i) => ({ id: 1 + ((i * 37) % STOCK_ROWS), price: cents(i) }),
    floor: {
      sql: `with new as (
  update public.stock set price = $2::numeric where stock_id = $1::int and owner_id = $3::int
  returning *, case when price >= 0 then null else current_setting('bench/refused') end as refused
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select stock_id, name, price from new) r) as update_stock_by_pk) root`,
      parameters: ['id', 'price', 'user'],
    },
  },
  {
    name: 'upsert_100',
    title: 'upsert 100 rows',
    prepare: stockSql(STOCK_ROWS),
    query: `mutation Upsert($objects: [stock_insert_input!]!) {
  insert_stock(objects: $objects, on_conflict: { constraint: stock_pkey, update_columns: [name, price] }) { affected_rows }
}`,
    // In order of the key, and each request other rows: they do not wait for each other.
    variables: (i) => ({
      objects: Array.from({ length: 100 }, (_, n) => ({
        stock_id: 1 + ((i * 100) % STOCK_ROWS) + n,
        name: `Item ${n} of request ${i}`,
        price: cents(i + n),
      })),
    }),
    floor: {
      sql: `with new as (
  insert into public.stock (stock_id, owner_id, name, price)
  select o.stock_id, $2::int, o.name, o.price from json_to_recordset($1::json) as o(stock_id int, name text, price numeric)
  on conflict (stock_id) do update set name = excluded.name, price = excluded.price where stock.owner_id = $2::int
  returning case when price >= 0 then null else current_setting('bench/refused') end as refused
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select count(*) as affected_rows from new) r) as insert_stock) root`,
      parameters: ['objects', 'user'],
    },
  },
  {
    name: 'delete_by_pk',
    title: 'delete one row by primary key',
    prepare: stockSql(DELETED_ROWS),
    requests: DELETED_ROWS / 2,
    query: `mutation DeleteByPk($id: Int!) { delete_stock_by_pk(stock_id: $id) { stock_id name } }`,
    variables: (i) => ({ id: 1 + (i % DELETED_ROWS) }),
    floor: {
      sql: `with old as (
  delete from public.stock where stock_id = $1::int and owner_id = $2::int returning *
) select row_to_json(root)::text from (select (select row_to_json(r) from (
    select stock_id, name from old) r) as delete_stock_by_pk) root`,
      parameters: ['id', 'user'],
    },
  },
];
