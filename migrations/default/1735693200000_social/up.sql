-- Social media: posts, who follows whom, who likes what.

create table public.posts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id) on delete cascade,
  content text not null,
  is_public boolean not null default true,
  like_count int not null default 0,
  created_at timestamp not null default now()
);
create index posts_user_id_created_at_idx on public.posts (user_id, created_at desc);
create index posts_public_created_at_idx on public.posts (created_at desc) where is_public;
comment on table public.posts is 'What a user writes; private posts are for followers';
comment on column public.posts.like_count is 'Kept in step with likes by a trigger';

create table public.follows (
  follower_id uuid not null references public.users (id) on delete cascade,
  following_id uuid not null references public.users (id) on delete cascade,
  created_at timestamp not null default now(),
  primary key (follower_id, following_id),
  check (follower_id <> following_id)
);
create index follows_following_id_idx on public.follows (following_id);

create table public.likes (
  user_id uuid not null references public.users (id) on delete cascade,
  post_id uuid not null references public.posts (id) on delete cascade,
  created_at timestamp not null default now(),
  primary key (user_id, post_id)
);
create index likes_post_id_idx on public.likes (post_id);

create function public.count_like() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    update public.posts set like_count = like_count + 1 where id = new.post_id;
  else
    update public.posts set like_count = like_count - 1 where id = old.post_id;
  end if;
  return null;
end
$$;
create trigger likes_count after insert or delete on public.likes
for each row execute function public.count_like();

create function public.post_excerpt(post_row public.posts, length int default 24) returns text
language sql immutable
as $$
  select case when char_length(post_row.content) <= length then post_row.content
    else left(post_row.content, length) || '…' end
$$;

create function public.post_liked_by_me(post_row public.posts, hasura_session json) returns boolean
language sql stable
as $$
  select exists (
    select from public.likes
    where post_id = post_row.id and user_id = (hasura_session ->> 'x-hasura-user-id')::uuid
  )
$$;

create function public.user_timeline(user_row public.users) returns setof public.posts
language sql stable
as $$
  select posts.* from public.posts
  join public.follows on follows.following_id = posts.user_id
  where follows.follower_id = user_row.id
$$;
comment on function public.user_timeline is 'Posts of everyone this user follows';
