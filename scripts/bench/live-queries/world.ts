// Nothing -> the tables, metadata and requests of the benchmark of live queries: messages of tenants, each tenant a cohort.

import type { Metadata } from '../../../src/metadata/types.ts';
import { DATABASE_URL_VARIABLE } from '../metadata.ts';

/** Messages of a tenant: what a subscriber sees. */
export const MESSAGES_EACH = 5;

/** A message carries the number of the write that changed it last, and when that was, by the clock all processes share. */
export function worldSql(tenants: number): string {
  return `
create table message (
  id int primary key, tenant int not null, text text not null, write int not null default 0,
  at double precision not null default 0);
create index on message (tenant);
create function stamp() returns trigger language plpgsql as
  $$ begin
    new.write := greatest(old.write, new.write); -- should one overtake another on the way here
    new.at := extract(epoch from clock_timestamp()) * 1000;
    return new;
  end $$;
create trigger stamp before update on message for each row execute function stamp();
insert into message select i, (i - 1) / ${MESSAGES_EACH}, 'Message ' || i || ' of the day, as short as most are'
  from generate_series(1, ${tenants * MESSAGES_EACH}) i;
analyze;
`;
}

/** The message of a tenant that is written to. */
export function messageOf(tenant: number): number {
  return tenant * MESSAGES_EACH + 1;
}

export const ROLE = 'reader';

/** Headers of a subscriber. */
export function headersOf(tenant: number): Readonly<Record<string, string>> {
  return { 'x-hasura-role': ROLE, 'x-hasura-user-id': String(tenant) };
}

export const SUBSCRIPTION = 'subscription { message(order_by: {id: asc}) { id text write at } }';

export const MUTATION = `mutation ($id: Int!, $write: Int!) {
  update_message_by_pk(pk_columns: {id: $id}, _set: {write: $write}) { at }
}`;

export const METADATA: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: DATABASE_URL_VARIABLE } } },
      tables: [
        {
          table: { schema: 'public', name: 'message' },
          select_permissions: [
            { role: ROLE, permission: { columns: '*', filter: { tenant: { _eq: 'X-Hasura-User-Id' } } } },
          ],
        },
      ],
    },
  ],
};
