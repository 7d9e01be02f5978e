drop table public.order_items;
drop table public.orders;
drop table public.products;
