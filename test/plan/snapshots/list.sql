select row_to_json("r:")::text
  from 
(select 
(select coalesce(json_agg("r:4"), '[]')
  from 
(select "t:0"."title" as "title", 
(select row_to_json("r:3")
  from 
(select "t:2"."name" as "name"
  from "public"."author" as "t:2"
  where "t:2"."id" = "t:0"."author_id" and "t:2"."id" = ($1)::"pg_catalog"."int4"
  limit 1) as "r:3") as "author"
  from "public"."article" as "t:0"
  where ("t:0"."title" <> ($2)::"pg_catalog"."text" and exists 
(select 1
  from "public"."author" as "t:1"
  where ("t:1"."id" = "t:0"."author_id" and "t:1"."id" = ($1)::"pg_catalog"."int4" and "t:1"."name" = ($3)::"pg_catalog"."text")))
  order by "t:0"."title" desc nulls first
  limit least(($4)::bigint, 10)
  offset ($5)::bigint) as "r:4") as "article") as "r:"

$1 {"kind":"session","name":"x-hasura-user-id"}
$2 {"kind":"constant","text":"draft"}
$3 {"kind":"request","id":0}
$4 {"kind":"request","id":1}
$5 {"kind":"request","id":2}
