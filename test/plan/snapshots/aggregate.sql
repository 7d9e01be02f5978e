select row_to_json("r:")::text
  from 
(select 
(select json_build_object('aggregate', json_build_object('count', count(*), 'max', json_build_object('id', max("c0"))), 'nodes', 
(select coalesce(json_agg("r:2"), '[]')
  from 
(select "t:1"."title" as "title"
  from "public"."article" as "t:1"
  where ("t:1"."title" <> ($1)::"pg_catalog"."text" and "t:1"."id" > ($2)::"pg_catalog"."int4")
  limit 10) as "r:2"))
  from 
(select "t:0"."id" as "c0"
  from "public"."article" as "t:0"
  where ("t:0"."title" <> ($1)::"pg_catalog"."text" and "t:0"."id" > ($2)::"pg_catalog"."int4")) as "n:3" having true) as "article_aggregate") as "r:"

$1 {"kind":"constant","text":"draft"}
$2 {"kind":"request","id":0}
