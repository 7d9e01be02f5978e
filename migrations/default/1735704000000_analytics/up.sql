-- Analytics: what happened, what sold, who is read.

create type public.activity_kind as enum ('signed_in', 'posted', 'ordered', 'edited');

create table public.activity_events (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references public.organizations (id),
  user_id uuid references public.users (id) on delete set null,
  kind public.activity_kind not null,
  is_public boolean not null default false,
  details jsonb,
  occurred_at timestamptz not null default now()
);
create index activity_events_tenant_id_occurred_at_idx on public.activity_events (tenant_id, occurred_at desc);
create index activity_events_user_id_idx on public.activity_events (user_id);
comment on table public.activity_events is 'The audit trail; one row per thing a user did';

create view public.product_sales as
select
  products.id as product_id,
  count(distinct orders.id) as orders_count,
  coalesce(sum(order_items.quantity) filter (where orders.id is not null), 0) as units_sold,
  coalesce(sum(order_items.quantity * order_items.price) filter (where orders.id is not null), 0) as revenue
from public.products
left join public.order_items on order_items.product_id = products.id
left join public.orders on orders.id = order_items.order_id and orders.status not in ('pending', 'cancelled')
group by products.id;
comment on view public.product_sales is 'Pieces sold and revenue of each product, from paid orders';

create materialized view public.author_rankings as
select
  users.id as user_id,
  count(posts.id) as posts_count,
  coalesce(sum(posts.like_count), 0) as likes_count,
  rank() over (order by coalesce(sum(posts.like_count), 0) desc) as position
from public.users
left join public.posts on posts.user_id = users.id and posts.is_public
group by users.id;
create unique index author_rankings_user_id_idx on public.author_rankings (user_id);
comment on materialized view public.author_rankings is
  'Authors by likes on their public posts, as of the last refresh';

create function public.get_user_stats(user_row public.users)
returns table (
  total_posts int,
  total_followers int,
  total_following int,
  engagement_rate decimal
)
language sql stable
as $$
  select
    (select count(*) from public.posts where user_id = user_row.id)::int,
    (select count(*) from public.follows where following_id = user_row.id)::int,
    (select count(*) from public.follows where follower_id = user_row.id)::int,
    (select avg(like_count) from public.posts where user_id = user_row.id)::decimal
$$;
