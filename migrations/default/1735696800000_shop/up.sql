-- Shop: products, orders and their items.

create table public.products (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  price numeric(10, 2) not null check (price >= 0),
  stock_quantity int not null check (stock_quantity >= 0),
  is_active boolean not null default true,
  tags text[] not null default '{}'
);
create index products_active_price_idx on public.products (price) where is_active;
create index products_tags_idx on public.products using gin (tags);
comment on table public.products is 'What the shop sells';
comment on column public.products.is_active is 'False for products taken off sale';

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.users (id),
  status text not null default 'pending'
    check (status in ('pending', 'paid', 'shipped', 'delivered', 'cancelled')),
  total numeric(10, 2) not null default 0,
  created_at timestamp not null default now()
);
create index orders_user_id_created_at_idx on public.orders (user_id, created_at desc);
create index orders_status_idx on public.orders (status);

create table public.order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  product_id uuid not null references public.products (id),
  quantity int not null check (quantity > 0),
  price numeric(10, 2) not null,
  unique (order_id, product_id)
);
create index order_items_product_id_idx on public.order_items (product_id);
comment on column public.order_items.price is 'Price of one piece when it was ordered';
