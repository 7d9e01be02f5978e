-- 40 products, every eighth off sale; 500 orders with one to five items each, 1,500 in all.

insert into public.products (id, name, price, stock_quantity, is_active, tags)
select
  format('40000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format(
    '%s %s',
    (array['Oak', 'Brass', 'Linen', 'Copper', 'Slate'])[1 + n % 5],
    (array['Lamp', 'Chair', 'Bowl', 'Clock', 'Shelf', 'Mirror', 'Basket', 'Kettle'])[1 + (n - 1) % 8]
  ),
  ((n * 37) % 180 + 4)::numeric + 0.99,
  (n * 13) % 50,
  n % 8 <> 0,
  array_remove(array[
    case when n % 2 = 0 then 'home' else 'office' end,
    case when n % 3 = 0 then 'sale' end,
    case when n % 10 = 0 then 'new' end
  ], null)
from generate_series(1, 40) as n;

insert into public.orders (id, user_id, status, created_at)
select
  format('50000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('00000000-0000-4000-8000-%s', lpad((1 + (n - 1) % 20)::text, 12, '0'))::uuid,
  (array['pending', 'paid', 'shipped', 'delivered', 'cancelled'])[1 + (n + (n - 1) / 20) % 5],
  timestamp '2025-02-01 06:00:00' + n * interval '97 minutes'
from generate_series(1, 500) as n;

insert into public.order_items (id, order_id, product_id, quantity, price)
select
  format('60000000-0000-4000-8000-%s', lpad((n * 10 + k)::text, 12, '0'))::uuid,
  format('50000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  products.id,
  1 + (n + k + (n - 1) / 20) % 3,
  products.price
from generate_series(1, 500) as n
cross join lateral generate_series(1, 1 + (n + (n - 1) / 20) % 5) as k
join public.products
  on products.id = format('40000000-0000-4000-8000-%s', lpad((1 + (n * 7 + k * 11 + (n - 1) / 20 * 3) % 40)::text, 12, '0'))::uuid;

update public.orders
set total = items.total
from (
  select order_id, sum(quantity * price) as total from public.order_items group by order_id
) as items
where items.order_id = orders.id;
