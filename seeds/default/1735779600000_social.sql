-- 200 posts, ten by each user, every fourth private and all of trent's; follows by a rule of remainders,
-- likes by the digits of a hash.

insert into public.posts (id, user_id, content, is_public, created_at)
select
  format('30000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid,
  format('00000000-0000-4000-8000-%s', lpad((1 + (n - 1) % 20)::text, 12, '0'))::uuid,
  format(
    '%s %s, part %s',
    (array['Notes on', 'Thoughts about', 'A question about', 'How we do'])[1 + n % 4],
    (array['indexes', 'gardens', 'trains', 'coffee', 'releases', 'maps', 'bread', 'testing', 'chess'])[1 + n % 9],
    1 + (n - 1) / 20
  ),
  (n + (n - 1) / 20) % 4 <> 0 and n % 20 <> 0,
  timestamp '2025-01-01 08:00:00' + n * interval '7 hours'
from generate_series(1, 200) as n;

insert into public.follows (follower_id, following_id, created_at)
select
  format('00000000-0000-4000-8000-%s', lpad(follower::text, 12, '0'))::uuid,
  format('00000000-0000-4000-8000-%s', lpad(followed::text, 12, '0'))::uuid,
  timestamp '2024-10-01 12:00:00' + (follower * 20 + followed) * interval '1 hour'
from generate_series(1, 20) as follower, generate_series(1, 20) as followed
where follower <> followed and (follower * 3 + followed * 5) % 7 < 2;

insert into public.likes (user_id, post_id, created_at)
select
  format('00000000-0000-4000-8000-%s', lpad(liker::text, 12, '0'))::uuid,
  format('30000000-0000-4000-8000-%s', lpad(post::text, 12, '0'))::uuid,
  timestamp '2025-03-01 12:00:00' + (liker * 200 + post) * interval '1 minute'
from generate_series(1, 20) as liker, generate_series(1, 200) as post
where ('x' || left(md5(format('%s/%s', liker, post)), 4))::bit(16)::int % 100 < 4 + post % 20;
