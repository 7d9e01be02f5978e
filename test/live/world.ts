// Items that belong to users, and a view that cannot be read while one of them has a text of zero.

import { metadataOf } from '../support/stages.ts';

export const SQL = `
  create table item (id int primary key, owner text not null, text text not null);
  create view quotient as select id, 10 / text::int as n from item;
`;

const named = (name: string) => ({ schema: 'public', name });

/** `user` sees its own items, `nobody` nothing. */
export const METADATA = metadataOf({
  tables: [
    {
      table: named('item'),
      select_permissions: [
        { role: 'user', permission: { columns: '*', filter: { owner: { _eq: 'X-Hasura-User-Id' } } } },
      ],
    },
    { table: named('quotient') },
  ],
});
