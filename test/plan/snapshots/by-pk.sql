select row_to_json("r:")::text
  from 
(select 
(select row_to_json("r:1")
  from 
(select "t:0"."name" as "name"
  from "public"."author" as "t:0"
  where "t:0"."id" = ($1)::"pg_catalog"."int4" and "t:0"."id" = ($2)::"pg_catalog"."int4"
  limit 1) as "r:1") as "author_by_pk") as "r:"

$1 {"kind":"request","id":0}
$2 {"kind":"session","name":"x-hasura-user-id"}
