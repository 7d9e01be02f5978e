// The args of the commands about sources.

import type {
  ConnectionInfo,
  HealthCheck,
  PoolSettings,
  SourceConfiguration,
  SourceCustomization,
  SslConfiguration,
  UrlConf,
} from '../../metadata/types.ts';
import type { TextOrEnv } from '../../metadata/webhook-types.ts';
import {
  bool,
  failParse,
  int,
  list,
  nonEmptyText,
  object,
  oneOf,
  type Parser,
  record,
  sourceName,
  text,
} from './parse.ts';

const connectionParameters = object('PGConnectionParams', (fields) => {
  const password = fields.optional('password', text);
  return {
    host: fields.required('host', text),
    username: fields.required('username', text),
    ...(password === undefined ? {} : { password }),
    port: fields.required('port', int),
    database: fields.required('database', text),
  };
});

/** The URL itself, `{"from_env"}` or `{"connection_parameters"}`. */
const urlConf: Parser<UrlConf> = (value, path) => {
  if (typeof value === 'string') return value;
  return object('UrlConf', (fields): UrlConf => {
    if (fields.has('from_env')) return { from_env: fields.required('from_env', text) };
    if (fields.has('connection_parameters')) {
      return { connection_parameters: fields.required('connection_parameters', connectionParameters) };
    }
    if (fields.has('dynamic_from_file')) {
      failParse('dynamic_from_file is not available: a worker has no files, use from_env and a secret', path);
    }
    return failParse('one of from_env or connection_parameters should be provided', path);
  })(value, path);
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const poolSettings: Parser<PoolSettings> = object('PostgresPoolSettings', (fields) => {
  const settings: Mutable<PoolSettings> = {};
  const names = [
    'max_connections',
    'total_max_connections',
    'idle_timeout',
    'retries',
    'pool_timeout',
    'connection_lifetime',
  ] as const;
  for (const name of names) {
    const value = fields.optional(name, int);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
});

const certificate: Parser<TextOrEnv> = (value, path) =>
  typeof value === 'string'
    ? value
    : object('CertVar', (fields) => ({ from_env: fields.required('from_env', text) }))(value, path);

const sslConfiguration: Parser<SslConfiguration> = object('PGClientCerts', (fields) => {
  const read: Mutable<SslConfiguration> = {
    sslmode: fields.required(
      'sslmode',
      oneOf(
        ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'],
        'expecting disable, allow, prefer, require, verify-ca or verify-full for sslmode',
      ),
    ),
  };
  for (const name of ['sslrootcert', 'sslcert', 'sslkey', 'sslpassword'] as const) {
    const value = fields.optional(name, certificate);
    if (value !== undefined) read[name] = value;
  }
  return read;
});

const connectionInfo: Parser<ConnectionInfo> = object('PostgresSourceConnInfo', (fields) => {
  const url = fields.required('database_url', urlConf);
  const pool = fields.optional('pool_settings', poolSettings);
  const prepared = fields.optional('use_prepared_statements', bool);
  const isolation = fields.optional(
    'isolation_level',
    oneOf(
      ['read-committed', 'repeatable-read', 'serializable'],
      'Unexpected options for isolation_level. Expected "read-committed", "repeatable-read" or "serializable"',
    ),
  );
  const ssl = fields.optional('ssl_configuration', sslConfiguration);
  return {
    database_url: url,
    ...(pool === undefined ? {} : { pool_settings: pool }),
    ...(prepared === undefined ? {} : { use_prepared_statements: prepared }),
    ...(isolation === undefined ? {} : { isolation_level: isolation }),
    ...(ssl === undefined ? {} : { ssl_configuration: ssl }),
  };
});

const connectionTemplate = object('ConnectionTemplate', (fields) => {
  const version = fields.optional('version', int);
  const template = fields.required('template', text);
  return { ...(version === undefined ? {} : { version }), template };
});

const connectionSetMember = object('PostgresConnectionSetMember', (fields) => ({
  name: fields.required('name', nonEmptyText),
  connection_info: fields.required('connection_info', connectionInfo),
}));

const configuration: Parser<SourceConfiguration> = object('PostgresConnConfiguration', (fields) => {
  const info = fields.required('connection_info', connectionInfo);
  const replicas = fields.optional('read_replicas', list(connectionInfo)) ?? [];
  const schema = fields.optional('extensions_schema', text);
  const template = fields.optional('connection_template', connectionTemplate);
  const set = fields.optional('connection_set', list(connectionSetMember)) ?? [];
  return {
    connection_info: info,
    ...(schema === undefined ? {} : { extensions_schema: schema }),
    ...(replicas.length === 0 ? {} : { read_replicas: replicas }),
    ...(template === undefined ? {} : { connection_template: template }),
    ...(set.length === 0 ? {} : { connection_set: set }),
  };
});

/** Parts without a value are left out, an empty part with them. */
const customization: Parser<SourceCustomization> = object('SourceCustomization', (fields) => {
  const texts = <const K extends string>(...keys: readonly K[]): Parser<Partial<Record<K, string>>> =>
    object('SourceCustomization', (part) => {
      const read: Partial<Record<K, string>> = {};
      for (const key of keys) {
        const value = part.optional(key, text);
        if (value !== undefined) read[key] = value;
      }
      return read;
    });
  const roots = fields.optional('root_fields', texts('namespace', 'prefix', 'suffix')) ?? {};
  const types = fields.optional('type_names', texts('prefix', 'suffix')) ?? {};
  const convention = fields.optional(
    'naming_convention',
    oneOf(
      ['hasura-default', 'graphql-default'],
      'naming_convention can either be "hasura-default" or "graphql-default"',
    ),
  );
  return {
    ...(Object.keys(roots).length === 0 ? {} : { root_fields: roots }),
    ...(Object.keys(types).length === 0 ? {} : { type_names: types }),
    ...(convention === undefined ? {} : { naming_convention: convention }),
  };
});

const healthCheck: Parser<HealthCheck> = object('HealthCheckConfig', (fields) => {
  const test = fields.optional(
    'test',
    object('HealthCheckTest', (part) => {
      const sql = part.optional('sql', text);
      return sql === undefined ? {} : { sql };
    }),
  );
  const timeout = fields.optional('timeout', int);
  const retries = fields.optional('retries', int);
  const retryInterval = fields.optional('retry_interval', int);
  return {
    ...(test === undefined ? {} : { test }),
    interval: fields.required('interval', int),
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries === undefined ? {} : { retries }),
    ...(retryInterval === undefined ? {} : { retry_interval: retryInterval }),
  };
});

export const addSourceArgs = object('AddSource', (fields) => ({
  name: fields.required('name', sourceName),
  configuration: fields.required('configuration', configuration),
  replaceConfiguration: fields.optional('replace_configuration', bool) ?? false,
  customization: fields.optional('customization', customization) ?? {},
  healthCheck: fields.optional('health_check', healthCheck),
}));

export const updateSourceArgs = object('UpdateSource', (fields) => ({
  name: fields.required('name', sourceName),
  configuration: fields.optional('configuration', configuration),
  customization: fields.optional('customization', customization),
  healthCheck: fields.optional('health_check', healthCheck),
}));

export const dropSourceArgs = object('DropSource', (fields) => ({
  name: fields.required('name', sourceName),
  cascade: fields.optional('cascade', bool) ?? false,
}));

export const renameSourceArgs = record(
  'Hasura.RQL.DDL.Schema.Source.RenameSource(RenameSource)',
  (fields) => ({
    name: fields.required('name', sourceName),
    newName: fields.required('new_name', sourceName),
  }),
);
