-- What `pg_dump` gives of a small database that Hasura v2 (catalog version 48) serves: its own tables, and hdb_catalog
-- with the metadata of a project that uses a bit of everything.

create table public.author (
    id serial primary key,
    name text not null,
    is_public boolean not null default false
);
create table public.article (
    id serial primary key,
    title text not null,
    author_id integer not null references public.author (id),
    published_at timestamptz
);
create function public.search_articles(search text) returns setof public.article
    language sql stable as $$ select * from public.article where title ilike '%' || search || '%' $$;
create function public.author_initial(author_row public.author) returns text
    language sql stable as $$ select left(author_row.name, 1) $$;
insert into public.author (name, is_public) values ('Ann', true), ('Ben', false);
insert into public.article (title, author_id, published_at) values
    ('Bridges', 1, '2026-01-02T03:04:05Z'), ('Boats', 2, null);

create schema hdb_catalog;
create function hdb_catalog.gen_hasura_uuid() returns uuid language sql as $$ select gen_random_uuid() $$;
create table hdb_catalog.hdb_version (
    hasura_uuid uuid default hdb_catalog.gen_hasura_uuid() not null primary key,
    version text not null,
    upgraded_on timestamp with time zone not null,
    cli_state jsonb default '{}'::jsonb not null,
    console_state jsonb default '{}'::jsonb not null,
    ee_client_id text,
    ee_client_secret text
);
create unique index hdb_version_one_row on hdb_catalog.hdb_version using btree ((version is not null));
create table hdb_catalog.hdb_metadata (
    id integer not null primary key,
    metadata json not null,
    resource_version integer default 1 not null unique
);
create table hdb_catalog.hdb_schema_notifications (
    id integer not null primary key,
    notification json not null,
    resource_version integer default 1 not null,
    instance_id uuid not null,
    updated_at timestamp with time zone default now(),
    constraint hdb_schema_notifications_id_check check (id = 1)
);
insert into hdb_catalog.hdb_version (hasura_uuid, version, upgraded_on, cli_state, console_state) values (
    '7d1a51cd-96f8-4ad0-9a46-5d3a2b1c0e9f', '48', '2025-11-05T09:00:00Z',
    '{"settings": {"migration_mode": "true"}, "migrations": {"default": {"1642531200000": false}}, "isStateCopyCompleted": true}',
    '{"onboardingShown": true, "telemetryNotificationShown": true}'
);
insert into hdb_catalog.hdb_schema_notifications (id, notification, resource_version, instance_id) values (
    1, '{"metadata":false,"remote_schemas":[],"sources":[],"data_connectors":[]}', 41,
    '11111111-2222-4333-8444-555555555555'
);
insert into hdb_catalog.hdb_metadata (id, resource_version, metadata) values (1, 41, '{
  "version": 3,
  "sources": [
    {
      "name": "default",
      "kind": "postgres",
      "tables": [
        {
          "table": {"name": "article", "schema": "public"},
          "object_relationships": [{"name": "author", "using": {"foreign_key_constraint_on": "author_id"}}],
          "insert_permissions": [
            {
              "role": "user",
              "permission": {
                "check": {"author_id": {"_eq": "X-Hasura-User-Id"}},
                "set": {"author_id": "x-hasura-user-id"},
                "columns": ["title"]
              },
              "comment": "authors write their own"
            }
          ],
          "select_permissions": [
            {
              "role": "user",
              "permission": {
                "columns": ["id", "title", "published_at"],
                "filter": {"_or": [{"published_at": {"_is_null": false}}, {"author_id": {"_eq": "X-Hasura-User-Id"}}]},
                "limit": 50,
                "allow_aggregations": true
              }
            }
          ]
        },
        {
          "table": {"name": "author", "schema": "public"},
          "configuration": {
            "column_config": {"is_public": {"custom_name": "isPublic"}},
            "custom_column_names": {"is_public": "isPublic"},
            "custom_root_fields": {"select_by_pk": "oneAuthor"}
          },
          "array_relationships": [
            {
              "name": "articles",
              "using": {"foreign_key_constraint_on": {"column": "author_id", "table": {"name": "article", "schema": "public"}}}
            }
          ],
          "computed_fields": [
            {"name": "initial", "definition": {"function": {"name": "author_initial", "schema": "public"}}, "comment": ""}
          ],
          "select_permissions": [
            {
              "role": "user",
              "permission": {
                "columns": ["id", "name"],
                "computed_fields": ["initial"],
                "filter": {"is_public": {"_eq": true}}
              }
            }
          ]
        }
      ],
      "functions": [{"function": {"name": "search_articles", "schema": "public"}}],
      "configuration": {
        "connection_info": {
          "database_url": {"from_env": "HASURA_GRAPHQL_DATABASE_URL"},
          "isolation_level": "read-committed",
          "pool_settings": {"connection_lifetime": 600, "idle_timeout": 180, "max_connections": 50, "retries": 1},
          "use_prepared_statements": true
        }
      }
    }
  ],
  "remote_schemas": [
    {
      "name": "payments",
      "definition": {
        "url": "{{PAYMENTS_URL}}/graphql",
        "timeout_seconds": 60,
        "customization": {},
        "headers": [{"name": "Authorization", "value_from_env": "PAYMENTS_TOKEN"}],
        "forward_client_headers": true
      },
      "comment": ""
    }
  ],
  "query_collections": [
    {
      "name": "allowed-queries",
      "definition": {"queries": [{"name": "articles", "query": "query articles {\n  article {\n    id\n    title\n  }\n}"}]}
    }
  ],
  "allowlist": [{"collection": "allowed-queries", "scope": {"global": true}}],
  "actions": [
    {
      "name": "publish",
      "definition": {
        "handler": "{{ACTIONS_URL}}/publish",
        "output_type": "PublishOutput",
        "arguments": [{"name": "id", "type": "Int!"}],
        "type": "mutation",
        "kind": "synchronous"
      },
      "permissions": [{"role": "user"}]
    }
  ],
  "custom_types": {"objects": [{"name": "PublishOutput", "fields": [{"name": "id", "type": "Int!"}]}]},
  "cron_triggers": [
    {
      "name": "daily",
      "webhook": "{{EVENTS_URL}}/daily",
      "schedule": "0 4 * * *",
      "include_in_metadata": true,
      "payload": {},
      "retry_conf": {"num_retries": 2, "retry_interval_seconds": 10, "timeout_seconds": 60, "tolerance_seconds": 21600}
    }
  ],
  "rest_endpoints": [
    {
      "name": "articles",
      "url": "articles",
      "methods": ["GET"],
      "definition": {"query": {"collection_name": "allowed-queries", "query_name": "articles"}},
      "comment": ""
    }
  ],
  "inherited_roles": [{"role_name": "editor", "role_set": ["user"]}]
}');
