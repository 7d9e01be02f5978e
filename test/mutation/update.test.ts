// Updates by filter, by key and in lists, with every operator, under permissions.

import { describe, test } from 'vitest';

import {
  ARTICLES,
  AUTHORS,
  type MutationCase,
  runCase,
  blogOfFile,
  UNCHANGED_ARTICLES,
  UNCHANGED_AUTHORS,
} from './blog.ts';

const blog = blogOfFile();

const CHECK_FAILED = 'check constraint of an insert/update permission has failed';
const update = (operators: string, select = 'info'): string =>
  `mutation { update_author(where: {id: {_eq: 1}}, ${operators}) { affected_rows returning { ${select} } } }`;
const one = (row: object): object => ({ update_author: { affected_rows: 1, returning: [row] } });

const OPERATORS: readonly MutationCase[] = [
  {
    name: '_set',
    query: update('_set: {bio: "b", score: 3}', 'bio score'),
    gives: one({ bio: 'b', score: 3 }),
  },
  { name: '_set to null', query: update('_set: {info: null}'), gives: one({ info: null }) },
  {
    name: '_set from a variable that is missing',
    query:
      'mutation ($b: String, $s: Int) { update_author(where: {id: {_eq: 1}}, _set: {bio: $b, score: $s}) { returning { bio score } } }',
    variables: { s: 4 },
    gives: { update_author: { returning: [{ bio: null, score: 4 }] } },
  },
  { name: '_inc', query: update('_inc: {score: 3}', 'score'), gives: one({ score: 3 }) },
  { name: '_inc downwards', query: update('_inc: {score: -3}', 'score'), gives: one({ score: -3 }) },
  {
    name: '_append',
    query: update('_append: {info: {b: 2}}'),
    gives: one({ info: { a: 1, b: 2, list: [1, 2] } }),
  },
  {
    name: '_prepend',
    query: update('_prepend: {info: {a: 0, c: 2}}'),
    gives: one({ info: { a: 1, c: 2, list: [1, 2] } }),
  },
  { name: '_delete_key', query: update('_delete_key: {info: "a"}'), gives: one({ info: { list: [1, 2] } }) },
  {
    name: '_delete_elem',
    query:
      'mutation { a: update_author(where: {id: {_eq: 1}}, _set: {info: [1, 2, 3]}) { affected_rows } b: update_author(where: {id: {_eq: 1}}, _delete_elem: {info: -1}) { returning { info } } }',
    gives: { a: { affected_rows: 1 }, b: { returning: [{ info: [1, 2] }] } },
  },
  {
    name: '_delete_at_path',
    query: update('_delete_at_path: {info: ["list", "0"]}'),
    gives: one({ info: { a: 1, list: [2] } }),
  },
  {
    name: '_delete_at_path of nothing',
    query: update('_delete_at_path: {info: []}'),
    gives: one({ info: { a: 1, list: [1, 2] } }),
  },
  {
    name: '_delete_at_path that is a path itself',
    query: update('_delete_at_path: []'),
    gives:
      "validation-failed $.selectionSet.update_author.args._delete_at_path expected an object for type 'author_delete_at_path_input', but found a list",
  },
  {
    name: '_delete_at_path with hostile keys',
    query:
      'mutation ($p: [String!]) { update_author(where: {id: {_eq: 1}}, _delete_at_path: {info: $p}) { returning { info } } }',
    variables: { p: ['a\'"\\,{}', 'NULL'] },
    gives: { update_author: { returning: [{ info: { a: 1, list: [1, 2] } }] } },
  },
  {
    name: 'several operators on several columns',
    query: update('_set: {bio: "b"}, _inc: {score: 1}, _append: {info: {z: 1}}', 'bio score info'),
    gives: one({ bio: 'b', score: 1, info: { a: 1, z: 1, list: [1, 2] } }),
  },
  {
    name: 'one column in two operators',
    query: update('_set: {score: 1, info: {}}, _inc: {score: 1}, _append: {info: {}}'),
    gives:
      "validation-failed $.selectionSet.update_author.args Column found in multiple operators: ['score', 'info'].",
  },
  {
    name: 'one column in three operators: named once',
    query: update('_set: {info: {}}, _append: {info: {}}, _delete_key: {info: "a"}'),
    gives:
      "validation-failed $.selectionSet.update_author.args Column found in multiple operators: ['info'].",
  },
  {
    name: 'no operator at all',
    query: 'mutation { update_author(where: {}) { affected_rows returning { id } } }',
    gives: { update_author: { affected_rows: 0, returning: [] } },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'an empty operator',
    query: update('_set: {}'),
    gives: { update_author: { affected_rows: 0, returning: [] } },
  },
  {
    name: 'an operator a column does not take',
    query: update('_inc: {name: 1}'),
    gives:
      "validation-failed $.selectionSet.update_author.args._inc.name field 'name' not found in type: 'author_inc_input'",
  },
  {
    name: 'a value of another type',
    query: update('_set: {score: "x"}'),
    gives:
      "validation-failed $.selectionSet.update_author.args._set.score expected a 32-bit integer for type 'Int', but found a string",
  },
  {
    name: '_delete_elem from an object',
    query: update('_delete_elem: {info: 0}'),
    gives: 'data-exception $ cannot delete from object using integer index',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'an integer that grows too large',
    query: update('_inc: {score: 2147483647}, _set: {bio: "b"}').replace(
      'mutation {',
      'mutation { a: update_author(where: {id: {_eq: 1}}, _set: {score: 1}) { affected_rows }',
    ),
    gives: 'data-exception $ integer out of range',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
];

const ROWS_CASES: readonly MutationCase[] = [
  {
    name: 'every row with an empty filter',
    query: 'mutation { update_author(where: {}, _set: {bio: "b"}) { affected_rows } }',
    gives: { update_author: { affected_rows: 3 } },
  },
  {
    name: 'null for the filter',
    query: 'mutation { update_author(where: null, _set: {bio: "b"}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_author.args.where expected an object for type 'author_bool_exp', but found null",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'no filter',
    query: 'mutation { update_author(_set: {bio: "b"}) { affected_rows } }',
    gives: "validation-failed $.selectionSet.update_author.args.where missing required field 'where'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a filter variable that is missing',
    query:
      'mutation ($w: author_bool_exp!, $s: author_set_input) { update_author(where: $w, _set: $s) { affected_rows } }',
    variables: { w: { id: { _in: [1, 2] } }, s: { bio: 'b' } },
    gives: { update_author: { affected_rows: 2 } },
  },
  {
    name: 'a filter through a relationship, rows with theirs as they are afterwards',
    query:
      'mutation { update_article(where: {author: {name: {_eq: "ann"}}}, _set: {author_id: 2}) { affected_rows returning { author { name articles_aggregate { aggregate { count } } } } } }',
    gives: {
      update_article: {
        affected_rows: 2,
        returning: Array.from({ length: 2 }, () => ({
          author: { name: 'bob', articles_aggregate: { aggregate: { count: 3 } } },
        })),
      },
    },
  },
  {
    name: 'a row by its key',
    query: 'mutation { update_author_by_pk(pk_columns: {id: 2}, _set: {bio: "b"}) { id bio shout } }',
    gives: { update_author_by_pk: { id: 2, bio: 'b', shout: 'BOB' } },
  },
  {
    name: 'a key nobody has',
    query: 'mutation { update_author_by_pk(pk_columns: {id: 99}, _set: {bio: "b"}) { id } }',
    gives: { update_author_by_pk: null },
  },
  {
    name: 'a key and nothing to change',
    query: 'mutation { update_author_by_pk(pk_columns: {id: 1}) { id } }',
    gives: { update_author_by_pk: null },
  },
  {
    name: 'part of a key',
    query: 'mutation { update_member_by_pk(pk_columns: {team: 1}, _set: {role: "x"}) { role } }',
    gives:
      "validation-failed $.selectionSet.update_member_by_pk.args.pk_columns.user_id missing required field 'user_id'",
  },
  {
    name: 'a key of two columns from a variable',
    query:
      'mutation ($k: member_pk_columns_input!) { update_member_by_pk(pk_columns: $k, _set: {role: "x"}) { role user_id } }',
    variables: { k: { team: 1, user_id: 2 } },
    gives: { update_member_by_pk: { role: 'x', user_id: 2 } },
  },
  {
    name: 'null in a key',
    query:
      'mutation ($k: Int) { update_author_by_pk(pk_columns: {id: null}, _set: {bio: "x"}) { id } update_author(where: {id: {_eq: $k}}) { affected_rows } }',
    variables: { k: 1 },
    gives:
      "validation-failed $.selectionSet.update_author_by_pk.args.pk_columns.id unexpected null value for type 'Int'",
  },
  {
    name: 'a key that changes: the row under its new one',
    query:
      'mutation { update_category(where: {}, _set: {id: 5}) { affected_rows } insert_category_one(object: {id: 1, name: "a"}) { id } update_category_by_pk(pk_columns: {id: 1}, _set: {id: 5}) { id name children { name } } }',
    gives: {
      update_category: { affected_rows: 0 },
      insert_category_one: { id: 1 },
      update_category_by_pk: { id: 5, name: 'a', children: [] },
    },
  },
  {
    name: 'several updates, each seeing the ones before',
    query:
      'mutation { update_author_many(updates: [{where: {id: {_eq: 1}}, _set: {bio: "b"}}, {where: {bio: {_eq: "b"}}, _inc: {score: 5}}, {where: {id: {_eq: 2}}}]) { affected_rows returning { id bio score articles_aggregate { aggregate { count } } } } }',
    gives: {
      update_author_many: [
        {
          affected_rows: 1,
          returning: [{ id: 1, bio: 'b', score: 0, articles_aggregate: { aggregate: { count: 2 } } }],
        },
        {
          affected_rows: 1,
          returning: [{ id: 1, bio: 'b', score: 5, articles_aggregate: { aggregate: { count: 2 } } }],
        },
        { affected_rows: 0, returning: [] },
      ],
    },
  },
  {
    name: 'several from a variable',
    query: 'mutation ($u: [author_updates!]!) { update_author_many(updates: $u) { affected_rows } }',
    variables: {
      u: [
        { where: { id: { _eq: 1 } }, _set: { bio: 'b' } },
        { where: {}, _inc: { score: 1 } },
      ],
    },
    gives: { update_author_many: [{ affected_rows: 1 }, { affected_rows: 3 }] },
  },
  {
    name: 'none of several',
    query: 'mutation { update_author_many(updates: []) { affected_rows } }',
    gives: { update_author_many: [] },
  },
  {
    name: 'several of which one fails',
    query:
      'mutation { update_article_many(updates: [{where: {id: {_eq: 1}}, _set: {title: "x"}}, {where: {id: {_eq: 2}}, _set: {title: ""}}]) { affected_rows } }',
    gives:
      'permission-error $ Check constraint violation. new row for relation "article" violates check constraint "no_empty_title"',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'several, of which one has no filter',
    query:
      'mutation { update_author_many(updates: [{where: {}, _set: {bio: "b"}}, {_set: {bio: "b"}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_author_many.args.updates[1].where missing required field 'where'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'through a view, whose check option counts',
    query:
      'mutation { a: update_published(where: {}, _set: {title: "p"}) { affected_rows } b: update_published(where: {}, _set: {status: "draft"}) { affected_rows } }',
    gives: 'unexpected $ database query error',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
];

const PERMISSIONS: readonly MutationCase[] = [
  {
    name: 'a row of the filter, with presets',
    role: 'user',
    query: 'mutation { update_author(where: {}, _set: {bio: "b"}) { affected_rows returning { id bio } } }',
    gives: { update_author: { affected_rows: 1, returning: [{ id: 1, bio: 'b' }] } },
    state: [AUTHORS, ['1,ann,b,false,7,1', ...UNCHANGED_AUTHORS.slice(1)]],
  },
  {
    name: 'presets alone are an update',
    role: 'user',
    query: 'mutation { update_author(where: {}) { affected_rows } }',
    gives: { update_author: { affected_rows: 1 } },
    state: [`${AUTHORS} limit 1`, ['1,ann,null,false,7,1']],
  },
  {
    name: 'a row outside of the filter, by filter',
    role: 'user',
    query: 'mutation { update_author(where: {id: {_eq: 2}}, _set: {bio: "b"}) { affected_rows } }',
    gives: { update_author: { affected_rows: 0 } },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: '… by key',
    role: 'user',
    query: 'mutation { update_author_by_pk(pk_columns: {id: 2}, _set: {bio: "b"}) { id } }',
    gives: { update_author_by_pk: null },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: '… in a list',
    role: 'user',
    query:
      'mutation { update_author_many(updates: [{where: {id: {_eq: 2}}, _set: {bio: "b"}}, {where: {}, _set: {bio: "c"}}]) { affected_rows } }',
    gives: { update_author_many: [{ affected_rows: 0 }, { affected_rows: 1 }] },
    state: [AUTHORS, ['1,ann,c,false,7,1', ...UNCHANGED_AUTHORS.slice(1)]],
  },
  {
    name: 'a row that the check forbids afterwards',
    role: 'user',
    query:
      'mutation { update_article(where: {id: {_eq: 1}}, _set: {status: "published"}) { affected_rows } }',
    gives: `permission-error $ ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: '… and one that it allows',
    role: 'user',
    query:
      'mutation { update_article(where: {}, _set: {status: "review"}) { affected_rows returning { id status } } }',
    gives: { update_article: { affected_rows: 1, returning: [{ id: 1, status: 'review' }] } },
  },
  {
    name: '… by key',
    role: 'user',
    query:
      'mutation { update_article_by_pk(pk_columns: {id: 1}, _set: {status: "published"}) { id author { name } } }',
    gives: `permission-error $ ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: '… in a list, with what came before',
    role: 'user',
    query:
      'mutation { update_article_many(updates: [{where: {}, _set: {title: "x"}}, {where: {}, _set: {status: "published"}}]) { affected_rows } }',
    gives: `permission-error $ ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a column outside of the permission',
    role: 'user',
    query: 'mutation { update_author(where: {}, _set: {is_admin: true}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_author.args._set.is_admin field 'is_admin' not found in type: 'author_set_input'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a preset column',
    role: 'user',
    query: 'mutation { update_author(where: {}, _inc: {score: 1}) { affected_rows } }',
    gives: "validation-failed $.selectionSet.update_author 'update_author' has no argument named '_inc'",
  },
  {
    name: 'a filter over a column the role may not select',
    role: 'user',
    query: 'mutation { update_author(where: {score: {_gt: 1}}, _set: {bio: "b"}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_author.args.where.score field 'score' not found in type: 'author_bool_exp'",
  },
  {
    name: 'a role whose permission lists no column',
    role: 'editor',
    query: 'mutation { update_article(where: {}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_article field 'update_article' not found in type: 'mutation_root'",
  },
  {
    name: 'a role that may not select',
    role: 'writer',
    query: 'mutation { update_author(where: {}, _set: {name: "x"}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.update_author field 'update_author' not found in type: 'mutation_root'",
  },
];

describe.each([
  ['operators', OPERATORS],
  ['rows', ROWS_CASES],
  ['under permissions', PERMISSIONS],
] as const)('%s', (_, cases) => {
  test.each(cases)('$name', (c) => runCase(blog, c));
});
