// Triggers that change rows, leave them out and raise: as SQL, and for the model in memory.

import type { Row } from './model.ts';
import { derive } from './model.ts';
import type { Rows } from './mutation-types.ts';

/** What a database with triggers has beside the schema. Rows that are there already are not touched by them. */
export const TRIGGERS = `
create function change_author() returns trigger language plpgsql as $$
begin
  if new.name = 'g' then raise exception 'no such name'; end if;
  if new.age = 5 then new.age = 6; end if;
  return new;
end $$;
create trigger change_author before insert or update on author for each row execute function change_author();
create function skip_article() returns trigger language plpgsql as $$
begin
  if new.title = 'f' then return null; end if;
  return new;
end $$;
create trigger skip_article before insert or update on article for each row execute function skip_article();
create function skip_comment() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then return case when old.id = 2 then null else old end; end if;
  if new.body = 'g' then return null; end if;
  return new;
end $$;
create trigger skip_comment before insert or update or delete on comment for each row execute function skip_comment();
create function count_comment() returns trigger language plpgsql as $$
begin
  update article set score = score + 1 where id = new.article_id;
  return null;
end $$;
create trigger count_comment after insert on comment for each row execute function count_comment();
create function refuse_author() returns trigger language plpgsql as $$
begin
  if new.age = 7 then raise exception 'no such age'; end if;
  return null;
end $$;
create trigger refuse_author after update on author for each row execute function refuse_author();`;

/** A row as it will be written. */
export function beforeWrite(table: string, row: Row): Row | 'skipped' | 'refused' {
  switch (table) {
    case 'author':
      if (row['name'] === 'g') return 'refused';
      return row['age'] === 5 ? derive(table, { ...row, age: 6 }) : row;
    case 'article':
      return row['title'] === 'f' ? 'skipped' : row;
    case 'comment':
      return row['body'] === 'g' ? 'skipped' : row;
    default:
      return row;
  }
}

/** Whether a row stays that is to be deleted. */
export const keeps = (table: string, row: Row): boolean => table === 'comment' && row['id'] === 2;

/** The rows after a statement that inserted some. */
export function afterInsert(rows: Rows, table: string, inserted: readonly Row[]): Rows {
  if (table !== 'comment') return rows;
  const article = rows['article']?.map((row) => {
    const more = inserted.filter((comment) => comment['article_id'] === row['id']).length;
    return typeof row['score'] === 'number' && more > 0 ? { ...row, score: row['score'] + more } : row;
  });
  return { ...rows, ...(article && { article }) };
}

/** Whether a statement that updated rows fails when it ends. */
export const refusesUpdate = (table: string, updated: readonly Row[]): boolean =>
  table === 'author' && updated.some((row) => row['age'] === 7);
