// A small library with query collections, for tests of what is stored in them.

import { metadataOf } from '../support/stages.ts';

export const LIBRARY_SQL = `
  create table author (id int primary key, name text not null);
  create table book (
    id uuid primary key default gen_random_uuid(),
    title text not null,
    author_id int not null references author,
    price numeric,
    published date,
    in_print boolean not null default true
  );
  insert into author values (1, 'Ada'), (2, 'X%20Y'), (3, 'O''Hara "\\"');
  insert into book (id, title, author_id, price, in_print) values
    ('81f1bfea-c169-44b5-b4c8-37e9a071abd8', 'One', 1, 12345678901234567890.5, true),
    ('81f1bfea-c169-44b5-b4c8-37e9a071abd9', 'Two', 1, 1, false);
`;

export const QUERIES = {
  authors: 'query { author(order_by: {id: asc}) { name } }',
  author_by_name: 'query ($name: String!) { author(where: {name: {_eq: $name}}) { id } }',
  author_by_pk: 'query ($id: Int!) { author_by_pk(id: $id) { name } }',
  book_by_pk: 'query ($id: uuid!) { book_by_pk(id: $id) { title } }',
  books: 'query ($in_print: Boolean = true) { book(where: {in_print: {_eq: $in_print}}) { title } }',
  books_by_price: 'query ($price: numeric!) { book(where: {price: {_eq: $price}}) { title } }',
  books_by_ids: 'query ($ids: [uuid!]!) { book(where: {id: {_in: $ids}}) { title } }',
  with_fragment: 'query { author_by_pk(id: 1) { ...f } } fragment f on author { name books { title } }',
  two: 'query a { author { id } } query b { author { name } }',
  changing: 'subscription { author { name } }',
} as const;

const endpoint = (
  name: string,
  url: string,
  methods: ('GET' | 'POST' | 'PUT')[],
  query: keyof typeof QUERIES,
) => ({
  name,
  url,
  methods,
  definition: { query: { collection_name: 'library', query_name: query } },
});

export const LIBRARY = metadataOf(
  {
    tables: [
      {
        table: { schema: 'public', name: 'author' },
        array_relationships: [
          {
            name: 'books',
            using: {
              foreign_key_constraint_on: {
                table: { schema: 'public', name: 'book' },
                column: 'author_id',
              },
            },
          },
        ],
        select_permissions: [
          { role: 'reader', permission: { columns: '*', filter: {} } },
          { role: 'self', permission: { columns: '*', filter: { id: 'x-hasura-author-id' } } },
        ],
      },
      { table: { schema: 'public', name: 'book' } },
    ],
  },
  {
    query_collections: [
      {
        name: 'library',
        definition: { queries: Object.entries(QUERIES).map(([name, query]) => ({ name, query })) },
      },
      { name: 'editors', definition: { queries: [{ name: 'ids', query: '{ author { id } }' }] } },
    ],
    allowlist: [
      { collection: 'library' },
      { collection: 'editors', scope: { global: false, roles: ['self'] } },
    ],
    rest_endpoints: [
      endpoint('authors', 'authors', ['GET'], 'authors'),
      endpoint('author', 'authors/by_name', ['GET', 'POST'], 'author_by_name'),
      endpoint('author_by_path', 'authors/named/:name', ['GET'], 'author_by_name'),
      endpoint('author_by_pk', 'author/:id', ['GET', 'PUT'], 'author_by_pk'),
      endpoint('book', 'books/:id', ['GET'], 'book_by_pk'),
      endpoint('books', 'books', ['GET', 'POST'], 'books'),
      endpoint('books_by_price', 'books/at/:price', ['GET'], 'books_by_price'),
      endpoint('books_by_ids', 'books_by_ids', ['POST', 'GET'], 'books_by_ids'),
      endpoint('with_fragment', 'deep/er/path', ['GET'], 'with_fragment'),
      endpoint('two', 'two', ['GET'], 'two'),
      endpoint('changing', 'changing', ['GET'], 'changing'),
      endpoint('one_way', 'way/:a', ['GET'], 'authors'),
      endpoint('other_way', ':a/way', ['GET'], 'authors'),
    ],
  },
);
