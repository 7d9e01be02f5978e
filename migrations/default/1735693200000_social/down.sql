drop function public.user_timeline(public.users);
drop function public.post_liked_by_me(public.posts, json);
drop function public.post_excerpt(public.posts, int);
drop table public.likes;
drop function public.count_like();
drop table public.follows;
drop table public.posts;
