-- 30 documents, most of them in a project of their owner's organization, each shared with none to three others.

insert into public.documents (id, title, content, owner_id, project_id, updated_at)
select
  format('70000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('%s %s', (array['Plan', 'Minutes', 'Draft', 'Report', 'Checklist'])[1 + n % 5], n),
  jsonb_build_object(
    'draft', n % 3 = 0,
    'words', n * 40,
    'labels', to_jsonb((array['budget', 'design', 'legal', 'launch'])[1 + n % 4:2 + n % 4]),
    'author', jsonb_build_object('name', users.username, 'team', (array['blue', 'green'])[1 + n % 2])
  ),
  users.id,
  case when n % 6 <> 0 then (
    select projects.id from public.projects
    where projects.organization_id = users.organization_id
    order by projects.id offset n % 3 limit 1
  ) end,
  timestamp '2025-04-01 09:00:00' + n * interval '11 hours'
from generate_series(1, 30) as n
join public.users on users.id = format('00000000-0000-4000-8000-%s', lpad((1 + (n * 7) % 20)::text, 12, '0'))::uuid;

insert into public.document_collaborators (document_id, user_id, permission)
select
  format('70000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('00000000-0000-4000-8000-%s', lpad((1 + (n * 7 + k * 3) % 20)::text, 12, '0'))::uuid,
  (array['read', 'write', 'admin'])[k]
from generate_series(1, 30) as n
cross join lateral generate_series(1, n % 4) as k;
