-- 3 organizations, 20 users, 9 projects. Ids are readable: the first digit says the table, the last digits the row,
-- so user 3 is 00000000-0000-4000-8000-000000000003. Nothing is random and no time is now(): every run gives the same rows.

insert into public.organizations (id, name, plan, created_at) values
  ('10000000-0000-4000-8000-000000000001', 'Acme', 'enterprise', '2024-01-15 09:00:00'),
  ('10000000-0000-4000-8000-000000000002', 'Globex', 'team', '2024-03-01 09:00:00'),
  ('10000000-0000-4000-8000-000000000003', 'Initech', 'free', '2024-06-20 09:00:00');

-- Acme: users 1-8, Globex: 9-14, Initech: 15-20; the first of each administers the organization.
insert into public.users
  (id, email, username, bio, avatar_url, password_hash, role, organization_id, created_at, updated_at)
select
  format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('%s@%s.example', name, (array['acme', 'globex', 'initech'])[org]),
  name,
  case when n % 3 <> 0 then format('%s likes %s.', initcap(name), (array['tea', 'maps', 'bread', 'trains', 'chess'])[1 + n % 5]) end,
  case when n % 4 <> 0 then format('https://avatars.example/%s.png', name) end,
  '$seed$' || md5(name),
  case when n in (1, 9, 15) then 'org-admin' else 'user' end,
  format('10000000-0000-4000-8000-%s', lpad(org::text, 12, '0'))::uuid,
  timestamp '2024-07-01 10:00:00' + n * interval '3 days',
  timestamp '2024-12-01 10:00:00' + n * interval '1 hour'
from (
  select n, name, case when n <= 8 then 1 when n <= 14 then 2 else 3 end as org
  from unnest(array[
    'alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi',
    'ivan', 'judy', 'kim', 'leo', 'mallory', 'niaj',
    'olivia', 'peggy', 'quinn', 'rupert', 'sybil', 'trent'
  ]) with ordinality as names (name, n)
) as people;

insert into public.projects (id, name, status, owner_id, organization_id, created_at)
select
  format('20000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('Project %s', (array['Aurora', 'Borealis', 'Cirrus', 'Dune', 'Ember', 'Fjord', 'Glacier', 'Harbor', 'Isthmus'])[n]),
  (array['planned', 'active', 'done'])[1 + n % 3]::public.project_status,
  format('00000000-0000-4000-8000-%s', lpad((array[1, 2, 3, 9, 10, 11, 15, 16, 17])[n]::text, 12, '0'))::uuid,
  format('10000000-0000-4000-8000-%s', lpad((1 + (n - 1) / 3)::text, 12, '0'))::uuid,
  timestamp '2024-09-01 08:00:00' + n * interval '5 days'
from generate_series(1, 9) as n;
