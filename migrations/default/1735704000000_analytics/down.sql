drop function public.get_user_stats(public.users);
drop materialized view public.author_rankings;
drop view public.product_sales;
drop table public.activity_events;
drop type public.activity_kind;
