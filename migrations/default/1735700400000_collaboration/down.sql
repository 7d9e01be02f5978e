drop table public.document_collaborators;
drop table public.documents;
