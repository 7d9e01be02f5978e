-- Real-time collaboration: documents, and with whom their owners share them.

create table public.documents (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  content jsonb not null default '{}'::jsonb,
  owner_id uuid not null references public.users (id),
  project_id uuid references public.projects (id) on delete set null,
  updated_at timestamp not null default now()
);
create index documents_owner_id_idx on public.documents (owner_id);
create index documents_project_id_idx on public.documents (project_id);
create index documents_content_idx on public.documents using gin (content);

create table public.document_collaborators (
  document_id uuid not null references public.documents (id) on delete cascade,
  user_id uuid not null references public.users (id) on delete cascade,
  permission text not null default 'read' check (permission in ('read', 'write', 'admin')),
  primary key (document_id, user_id)
);
create index document_collaborators_user_id_idx on public.document_collaborators (user_id);
comment on table public.document_collaborators is 'Who may open a document beside its owner';
