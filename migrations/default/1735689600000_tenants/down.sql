drop function public.user_display_name(public.users);
drop table public.projects;
drop type public.project_status;
drop table public.users;
drop table public.organizations;
