// The query classes that are measured: a GraphQL operation with the values of its variables, and the SQL a person who
// knows Postgres well would write for it by hand. Engine and floor get the same requests and must give the same data.

/** One kind of query. */
export interface QueryClass {
  readonly name: string;
  /** What the table says of it. */
  readonly title: string;
  readonly query: string;
  /** Variables of the `i`th request, so that no two in a row ask for the same. */
  readonly variables: (i: number) => Readonly<Record<string, unknown>>;
  /** Different requests, which are sent in turn; 64 unless told. */
  readonly requests?: number;
  /** Of one that changes the database: SQL that puts it into the state requests are measured in. */
  readonly prepare?: string;
  /** The hand-written answer; absent where no database is asked. */
  readonly floor?: HandWritten;
}

export interface HandWritten {
  /** One row of one text column: the whole of `data`. */
  readonly sql: string;
  /** Names of the variables behind `$1`, `$2`, …, lists and objects as JSON; `user` is the session's user. */
  readonly parameters: readonly string[];
}

/** A variable as a parameter: lists and objects are JSON. */
export function parameterText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const CLASSES: readonly QueryClass[] = [
  {
    name: 'typename',
    title: '`{ __typename }`',
    query: '{ __typename }',
    variables: () => ({}),
  },
  {
    name: 'by_pk',
    title: 'one row by primary key',
    query: `query ByPk($id: Int!) {
  track_by_pk(track_id: $id) { track_id name composer milliseconds unit_price }
}`,
    variables: (i) => ({ id: 1 + ((i * 37) % 3503) }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select row_to_json(r) from (
        select t.track_id, t.name, t.composer, t.milliseconds, t.unit_price from public.track t where t.track_id = $1::int
      ) r) as track_by_pk) root`,
      parameters: ['id'],
    },
  },
  {
    name: 'list',
    title: 'filter, order, limit (20 rows)',
    query: `query List($genre: Int!, $longer: Int!) {
  track(where: { genre_id: { _eq: $genre }, milliseconds: { _gt: $longer } }, order_by: [{ milliseconds: desc }, { track_id: asc }], limit: 20) {
    track_id name composer milliseconds unit_price
  }
}`,
    variables: (i) => ({ genre: 1 + (i % 12), longer: 120000 + (i % 7) * 1000 }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select t.track_id, t.name, t.composer, t.milliseconds, t.unit_price from public.track t
        where t.genre_id = $1::int and t.milliseconds > $2::int order by t.milliseconds desc, t.track_id limit 20
      ) r) as track) root`,
      parameters: ['genre', 'longer'],
    },
  },
  {
    name: 'nested_2',
    title: 'two levels (10 albums, ~100 tracks)',
    query: `query NestedTwo($after: Int!) {
  album(where: { album_id: { _gt: $after } }, order_by: { album_id: asc }, limit: 10) {
    album_id title
    tracks(order_by: { track_id: asc }) { track_id name }
  }
}`,
    variables: (i) => ({ after: (i * 31) % 330 }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select a.album_id, a.title, (select coalesce(json_agg(r), '[]') from (
          select t.track_id, t.name from public.track t where t.album_id = a.album_id order by t.track_id
        ) r) as tracks
        from public.album a where a.album_id > $1::int order by a.album_id limit 10
      ) r) as album) root`,
      parameters: ['after'],
    },
  },
  {
    name: 'nested_3',
    title: 'three levels (10 artists, their albums, tracks)',
    query: `query NestedThree($after: Int!) {
  artist(where: { artist_id: { _gt: $after } }, order_by: { artist_id: asc }, limit: 10) {
    artist_id name
    albums(order_by: { album_id: asc }) {
      title
      tracks(order_by: { track_id: asc }) { track_id name milliseconds }
    }
  }
}`,
    variables: (i) => ({ after: (i * 23) % 260 }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select a.artist_id, a.name, (select coalesce(json_agg(r), '[]') from (
          select b.title, (select coalesce(json_agg(r), '[]') from (
            select t.track_id, t.name, t.milliseconds from public.track t where t.album_id = b.album_id order by t.track_id
          ) r) as tracks
          from public.album b where b.artist_id = a.artist_id order by b.album_id
        ) r) as albums
        from public.artist a where a.artist_id > $1::int order by a.artist_id limit 10
      ) r) as artist) root`,
      parameters: ['after'],
    },
  },
  {
    name: 'filter_2',
    title: 'filter and row permission through two relationships each',
    query: `query Filter($artist: Int!) {
  invoice_line(where: { track: { album: { artist_id: { _eq: $artist } } } }, order_by: { invoice_line_id: asc }) {
    invoice_line_id quantity unit_price
  }
}`,
    variables: (i) => ({ artist: 1 + ((i * 13) % 275) }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select l.invoice_line_id, l.quantity, l.unit_price from public.invoice_line l
        where exists (select 1 from public.invoice i where i.invoice_id = l.invoice_id and exists (
            select 1 from public.customer c where c.customer_id = i.customer_id and c.support_rep_id = $2::int))
          and exists (select 1 from public.track t where t.track_id = l.track_id and exists (
            select 1 from public.album a where a.album_id = t.album_id and a.artist_id = $1::int))
        order by l.invoice_line_id
      ) r) as invoice_line) root`,
      parameters: ['artist', 'user'],
    },
  },
  {
    name: 'aggregate',
    title: 'aggregate over a filter',
    query: `query Aggregate($genre: Int!) {
  track_aggregate(where: { genre_id: { _eq: $genre } }) {
    aggregate { count sum { bytes } max { milliseconds } min { unit_price } }
  }
}`,
    variables: (i) => ({ genre: 1 + (i % 25) }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select json_build_object('aggregate', json_build_object(
          'count', count(*), 'sum', json_build_object('bytes', sum(t.bytes)),
          'max', json_build_object('milliseconds', max(t.milliseconds)),
          'min', json_build_object('unit_price', min(t.unit_price))))
        from public.track t where t.genre_id = $1::int) as track_aggregate) root`,
      parameters: ['genre'],
    },
  },
  {
    name: 'nested_aggregate',
    title: 'aggregate below each of ~20 rows, with row permissions',
    query: `query NestedAggregate($limit: Int!) {
  customer(order_by: { customer_id: asc }, limit: $limit) {
    customer_id last_name
    invoices_aggregate { aggregate { count sum { total } } }
  }
}`,
    variables: (i) => ({ limit: 20 - (i % 3) }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select c.customer_id, c.last_name, (
          select json_build_object('aggregate', json_build_object('count', count(*), 'sum', json_build_object('total', sum(i.total))))
          from public.invoice i where i.customer_id = c.customer_id and exists (
            select 1 from public.customer o where o.customer_id = i.customer_id and o.support_rep_id = $2::int)
        ) as invoices_aggregate
        from public.customer c where c.support_rep_id = $2::int order by c.customer_id limit $1::int
      ) r) as customer) root`,
      parameters: ['limit', 'user'],
    },
  },
  {
    name: 'large',
    title: 'an answer of 30 kB (170 rows)',
    query: `query Large($after: Int!) {
  track(where: { track_id: { _gt: $after } }, order_by: { track_id: asc }, limit: 170) {
    track_id name album_id media_type_id genre_id composer milliseconds bytes unit_price
  }
}`,
    variables: (i) => ({ after: (i * 41) % 3300 }),
    floor: {
      sql: `select row_to_json(root)::text from (select (select coalesce(json_agg(r), '[]') from (
        select t.track_id, t.name, t.album_id, t.media_type_id, t.genre_id, t.composer, t.milliseconds, t.bytes, t.unit_price
        from public.track t where t.track_id > $1::int order by t.track_id limit 170
      ) r) as track) root`,
      parameters: ['after'],
    },
  },
];
