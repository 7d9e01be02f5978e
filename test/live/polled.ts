// Groups of a live query and of a stream over one table, for tests of pollers without a worker around them.

import type { CohortInfo, Delivery, GroupInfo } from '../../src/live/types.ts';

export const POLLED_SQL = `
  create table item (id int primary key, owner text not null, n int not null);
  create table other (id int primary key);
`;

const LIVE_TEXT = `select "s"."n", md5("f"."root"), "f"."root"
  from unnest(($1)::json[], ($2)::text[]) with ordinality as "s"("vars", "hash", "n")
  cross join lateral (select coalesce(json_agg(i.n order by i.id), '[]')::text as root from item i
    where i.owner = "s"."vars"->>0 and i.n / ("s"."vars"->>1)::int >= 0 offset 0) as "f"
  where md5("f"."root") is distinct from "s"."hash"`;
const STREAM_TEXT = `select "s"."n", null, "f"."root", "f"."cursor"
  from unnest(($1)::json[], ($2)::text[]) with ordinality as "s"("vars", "hash", "n")
  cross join lateral (select coalesce(json_agg(r.n), '[]')::text as root,
      to_json(array[((array_agg(r.id))[count(*)])::text])::text
        || case when count(*) = 0 then null else '' end as cursor
    from (select id, n from item where id > ("s"."vars" #>> '{-1,0}')::int order by id limit 2) r offset 0) as "f"
  where "f"."cursor" is not null or "s"."hash" is null`;

/** The numbers of an owner's items. */
export const LIVE: GroupInfo = {
  key: 'live',
  kind: 'live',
  source: 'default',
  statement: { text: LIVE_TEXT, constants: [] },
  tables: ['public.item'],
  role: 'user',
  field: 'item',
  query: 'subscription { item { n } }',
};
/** Numbers of items behind an id, two at a time. */
export const STREAM: GroupInfo = {
  ...LIVE,
  key: 'stream',
  kind: 'stream',
  statement: { text: STREAM_TEXT, constants: [] },
};

/** A cohort of the rows of `owner`; a `divisor` of 0 makes its query fail. */
export function cohort(owner: string, divisor = '1'): CohortInfo {
  return { key: `${owner}/${divisor}`, group: 'live', values: [owner, divisor], cursor: null };
}

/** What a connection object does with a batch: one that does not follow what it has is refused. */
export function receive(
  at: { cursor: readonly (string | null)[] },
  delivery: Delivery,
  rows: number[],
): boolean {
  if (delivery.kind === 'error') return true;
  if (JSON.stringify(delivery.from) !== JSON.stringify(at.cursor)) return false;
  rows.push(...(JSON.parse(delivery.data) as number[]));
  at.cursor = delivery.cursor ?? at.cursor;
  return true;
}
