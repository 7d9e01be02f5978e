select row_to_json("r:")::text
  from 
(select 
(select coalesce(json_agg("r:5"), '[]')
  from 
(select "t:0"."name" as "name", 
(select coalesce(json_agg("r:4"), '[]')
  from 
(select "t:1"."title" as "title", 
(select row_to_json("r:3")
  from 
(select "t:2"."id" as "id"
  from "public"."author" as "t:2"
  where "t:2"."id" = "t:1"."author_id" and "t:2"."id" = ($1)::"pg_catalog"."int4"
  limit 1) as "r:3") as "author"
  from "public"."article" as "t:1"
  where ("t:1"."author_id" = "t:0"."id" and "t:1"."title" <> ($2)::"pg_catalog"."text")
  limit least(($3)::bigint, 10)) as "r:4") as "articles"
  from "public"."author" as "t:0"
  where "t:0"."id" = ($1)::"pg_catalog"."int4") as "r:5") as "author") as "r:"

$1 {"kind":"session","name":"x-hasura-user-id"}
$2 {"kind":"constant","text":"draft"}
$3 {"kind":"request","id":0}
