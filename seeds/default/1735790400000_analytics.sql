-- 120 events, six by each user, every third of them public; then the ranking is computed.

insert into public.activity_events (tenant_id, user_id, kind, is_public, details, occurred_at)
select
  users.organization_id,
  users.id,
  (array['signed_in', 'posted', 'ordered', 'edited'])[1 + (n + (n - 1) / 20) % 4]::public.activity_kind,
  n % 3 = 0,
  case when n % 5 <> 0 then jsonb_build_object('device', (array['phone', 'laptop'])[1 + n % 2], 'step', n) end,
  timestamptz '2025-05-01 00:00:00+00' + n * interval '4 hours'
from generate_series(1, 120) as n
join public.users on users.id = format('00000000-0000-4000-8000-%s', lpad((1 + (n - 1) % 20)::text, 12, '0'))::uuid
order by n;

refresh materialized view public.author_rankings;
