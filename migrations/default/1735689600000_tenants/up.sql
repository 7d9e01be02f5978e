-- Multi-tenant SaaS: every user and every project belongs to one organization.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  plan text not null default 'free' check (plan in ('free', 'team', 'enterprise')),
  created_at timestamp not null default now()
);
comment on table public.organizations is 'A tenant: the company that users and projects belong to';

create table public.users (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  username text not null unique,
  bio text,
  avatar_url text,
  profile_picture text generated always as (avatar_url) stored,
  password_hash text,
  role text not null default 'user' check (role in ('user', 'org-admin')),
  organization_id uuid not null references public.organizations (id),
  created_at timestamp not null default now(),
  updated_at timestamp not null default now()
);
create index users_organization_id_idx on public.users (organization_id);
comment on table public.users is 'A person who signs in';
comment on column public.users.profile_picture is 'Older name of avatar_url';
comment on column public.users.password_hash is 'Never selectable by any role but admin';

create type public.project_status as enum ('planned', 'active', 'done');

create table public.projects (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  status public.project_status not null default 'planned',
  owner_id uuid not null references public.users (id),
  organization_id uuid not null references public.organizations (id),
  created_at timestamp not null default now(),
  unique (organization_id, name)
);
create index projects_owner_id_idx on public.projects (owner_id);
comment on table public.projects is 'Work that an organization plans and does';

create function public.user_display_name(user_row public.users) returns text
language sql immutable
as $$ select initcap(user_row.username) $$;
comment on function public.user_display_name is 'The name as it is shown to others';
