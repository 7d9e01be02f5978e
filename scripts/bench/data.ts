// Nothing -> the SQL of a music shop in Chinook's shape and size (275 artists, 3,503 tracks, 412 invoices, …). The rows
// are made by arithmetic on generate_series, so that every run measures the same data.

/** Rows of each table. */
export const ROWS = {
  artist: 275,
  album: 347,
  genre: 25,
  media_type: 5,
  track: 3503,
  playlist: 18,
  playlist_track: 8715,
  employee: 8,
  customer: 59,
  invoice: 412,
  invoice_line: 2240,
} as const;

const SCHEMA = `
create table artist (artist_id int primary key, name text not null);
create table album (
  album_id int primary key, title text not null, artist_id int not null references artist);
create table genre (genre_id int primary key, name text not null);
create table media_type (media_type_id int primary key, name text not null);
create table track (
  track_id int primary key, name text not null, album_id int references album,
  media_type_id int not null references media_type, genre_id int references genre, composer text,
  milliseconds int not null, bytes int, unit_price numeric(10, 2) not null);
create table playlist (playlist_id int primary key, name text not null);
create table playlist_track (
  playlist_id int references playlist, track_id int references track, primary key (playlist_id, track_id));
create table employee (
  employee_id int primary key, last_name text not null, first_name text not null, title text,
  reports_to int references employee, birth_date date, hire_date date, email text);
create table customer (
  customer_id int primary key, first_name text not null, last_name text not null, company text, city text,
  country text, email text not null, support_rep_id int references employee);
create table invoice (
  invoice_id int primary key, customer_id int not null references customer, invoice_date timestamp not null,
  billing_country text, total numeric(10, 2) not null);
create table invoice_line (
  invoice_line_id int primary key, invoice_id int not null references invoice,
  track_id int not null references track, unit_price numeric(10, 2) not null, quantity int not null);
create index on album (artist_id);
create index on track (album_id);
create index on track (genre_id);
create index on track (media_type_id);
create index on playlist_track (track_id);
create index on employee (reports_to);
create index on customer (support_rep_id);
create index on invoice (customer_id);
create index on invoice_line (invoice_id);
create index on invoice_line (track_id);
`;

/** `'{Amber,Broken,…}'` indexed by an expression, beginning anew at the end of the list. */
function wordSql(words: readonly string[], index: string): string {
  return `('{${words.join(',')}}'::text[])[1 + (${index}) % ${words.length}]`;
}

const FIRST =
  'Amber Broken Cold Distant Electric Faded Golden Hollow Iron Jade Lunar Midnight Northern'.split(' ');
const SECOND =
  'Anchors Bridges Cities Daughters Engines Foxes Gardens Harbours Islands Lanterns Mirrors'.split(' ');
const GIVEN = 'Ada Bruno Chidi Dana Emre Farah Goran Hana Ilse Jonas Kaveh Lena Mina Noor Otto'.split(' ');
const FAMILY = 'Abara Brandt Costa Duarte Ekström Fontaine Grieco Horvat Iversen Jansen Kimura'.split(' ');
const COUNTRIES = 'Brazil Canada Chile Denmark France Germany India Norway Portugal'.split(' ');

/** Every row's number is `i`, from 1. Multipliers are prime to the counts they are reduced by, so values spread. */
const FILL = `
insert into artist select i, ${wordSql(FIRST, 'i')} || ' ' || ${wordSql(SECOND, 'i / 13')} || ' ' || i
  from generate_series(1, ${ROWS.artist}) i;
-- A few artists have many albums, most have one or none.
insert into album select i, ${wordSql(SECOND, 'i * 7')} || ' of ' || ${wordSql(FIRST, 'i')} || ' ' || i,
  1 + 37 * ((${ROWS.artist} * ((i * 101) % ${ROWS.album}) * ((i * 101) % ${ROWS.album})) / (${ROWS.album} * ${ROWS.album})) % ${ROWS.artist}
  from generate_series(1, ${ROWS.album}) i;
insert into genre select i, 'Genre ' || i from generate_series(1, ${ROWS.genre}) i;
insert into media_type select i, 'Media type ' || i from generate_series(1, ${ROWS.media_type}) i;
insert into track select i, ${wordSql(FIRST, 'i * 5')} || ' ' || ${wordSql(SECOND, 'i * 3')} || ' No. ' || i,
  1 + ((i - 1) * ${ROWS.album}) / ${ROWS.track}, 1 + (i * i) % ${ROWS.media_type},
  1 + (((i * 17) % 625) * ((i * 17) % 625)) / 15625,
  case when i % 4 > 0 then ${wordSql(GIVEN, 'i * 11')} || ' ' || ${wordSql(FAMILY, 'i * 7')} end,
  60000 + (i * 7919) % 480000, 1000000 + (i * 104729) % 12000000, case when i % 16 = 0 then 1.99 else 0.99 end
  from generate_series(1, ${ROWS.track}) i;
insert into playlist select i, 'Playlist ' || i from generate_series(1, ${ROWS.playlist}) i;
insert into playlist_track select 1 + (i - 1) % ${ROWS.playlist}, 1 + ((i - 1) * 5) % ${ROWS.track}
  from generate_series(1, ${ROWS.playlist_track}) i;
insert into employee select i, ${wordSql(FAMILY, 'i')}, ${wordSql(GIVEN, 'i * 2')},
  case when i = 1 then 'General Manager' when i < 4 then 'Manager' else 'Sales Support Agent' end,
  case when i > 1 then i / 2 end, date '1960-01-01' + i * 700, date '2015-01-01' + i * 90, 'employee' || i || '@example.com'
  from generate_series(1, ${ROWS.employee}) i;
insert into customer select i, ${wordSql(GIVEN, 'i * 4')}, ${wordSql(FAMILY, 'i * 3')},
  case when i % 5 = 0 then ${wordSql(SECOND, 'i')} || ' Ltd' end, 'City ' || i % 40, ${wordSql(COUNTRIES, 'i')},
  'customer' || i || '@example.com', 3 + i % 3 from generate_series(1, ${ROWS.customer}) i;
insert into invoice select i, 1 + (i * 7) % ${ROWS.customer}, timestamp '2020-01-01' + i * interval '4 days 7 hours',
  ${wordSql(COUNTRIES, '1 + i * 7')}, 0.99 * (1 + i % 14) from generate_series(1, ${ROWS.invoice}) i;
insert into invoice_line select i, 1 + ((i - 1) * ${ROWS.invoice}) / ${ROWS.invoice_line}, 1 + (i * 29) % ${ROWS.track},
  0.99, 1 + i % 2 from generate_series(1, ${ROWS.invoice_line}) i;
analyze;
`;

/** Statements that make the tables in an empty schema `public`, fill and analyze them; one simple query. */
export const DATA_SQL: string = SCHEMA + FILL;
