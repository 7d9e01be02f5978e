select row_to_json("r:")::text
  from 
(select 
(select coalesce(json_agg("r:2"), '[]')
  from 
(select "t:0"."id" as "id"
  from "public"."author" as "t:0"
  where "t:0"."id" = ($1)::"pg_catalog"."int4"
  order by 
(select count(*)
  from "public"."article" as "t:1"
  where ("t:1"."author_id" = "t:0"."id" and "t:1"."title" <> ($2)::"pg_catalog"."text")) desc nulls first) as "r:2") as "author") as "r:"

$1 {"kind":"session","name":"x-hasura-user-id"}
$2 {"kind":"constant","text":"draft"}
