// Issues of a document's validation -> problems with the code, the place and the words that Hasura's JSON reader has.
import { jsonKind } from '../error/json-kind.ts';
import { subject } from './describe.ts';
import { isMissingKey, isUnknownKey, meantKey, pathOf, type Issue } from './issue.ts';
import type { DocumentPath } from './problem.ts';
import { isMapping, PREDICATE } from './schema/common.ts';

export interface DocumentProblem {
  readonly code: 'parse-failed' | 'not-supported';
  /** Keys and indexes below the document. */
  readonly path: DocumentPath;
  readonly message: string;
}

/** How Hasura's reader calls the JSON type of a value, also of one that is missing. */
export function kindOf(value: unknown): string {
  return jsonKind(value ?? null);
}

/** What Hasura calls the objects behind a key, or in the list behind it. */
const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['sources', 'SourceMetadata'],
  ['configuration', 'Object'],
  ['connection_info', 'PostgresSourceConnInfo'],
  ['pool_settings', 'PostgresPoolSettings'],
  ['tables', 'Object'],
  ['functions', 'FunctionMetadata'],
  ['custom_root_fields', 'Object'],
  ['column_config', 'HashMap'],
  ['custom_column_names', 'HashMap'],
  ['object_relationships', 'RelDef'],
  ['array_relationships', 'RelDef'],
  ['computed_fields', 'ComputedFieldMetadata'],
  ['select_permissions', 'PermDef'],
  ['insert_permissions', 'PermDef'],
  ['update_permissions', 'PermDef'],
  ['delete_permissions', 'PermDef'],
  ['event_triggers', 'EventTriggerConf'],
  ['remote_schemas', 'RemoteSchemaMetadata'],
  ['query_collections', 'CreateCollection'],
  ['allowlist', 'AllowlistEntry'],
  ['actions', 'ActionMetadata'],
  ['custom_types', 'CustomTypes'],
  ['cron_triggers', 'CronTriggerMetadata'],
  ['rest_endpoints', 'EndpointMetadata'],
  ['inherited_roles', 'Role'],
]);

const PERMISSION_NAMES: ReadonlyMap<string | number | undefined, string> = new Map([
  ['select_permissions', 'SelPerm'],
  ['insert_permissions', 'InsPerm'],
  ['update_permissions', 'UpdPerm'],
  ['delete_permissions', 'DelPerm'],
]);

/** Keys of which an object has one: leaving a second out would be a guess. */
const ALTERNATIVES: readonly { readonly keys: readonly string[]; readonly message: string }[] = [
  {
    keys: ['foreign_key_constraint_on', 'manual_configuration'],
    message: 'only one of foreign_key_constraint_on/manual_configuration should be present',
  },
  { keys: ['column', 'columns'], message: "expected exactly one of 'column' or 'columns'" },
  {
    keys: ['from_env', 'connection_parameters', 'dynamic_from_file'],
    message: "expected exactly one of 'from_env', 'connection_parameters' and 'dynamic_from_file'",
  },
  {
    keys: ['to_source', 'to_remote_schema', 'hasura_fields', 'remote_schema'],
    message: "expected exactly one of 'to_source' and 'to_remote_schema'",
  },
];

/** The problems among the issues. Unknown keys that Hasura takes no notice of are none. */
export function issueProblems(json: unknown, issues: readonly Issue[]): readonly DocumentProblem[] {
  const unknown = issues.filter(isUnknownKey);
  const others = issues.filter((issue) => !isUnknownKey(issue));
  return [
    ...others.map((issue) => problemOf(json, issue)),
    ...unknown.map((issue) => unknownKey(json, issue)).filter((problem) => problem !== undefined),
  ];
}

function unknownKey(json: unknown, issue: Issue): DocumentProblem | undefined {
  const path = pathOf(issue);
  const around = path.slice(0, -1);
  const key = String(path.at(-1));
  if (path.length === 5 && path[0] === 'sources' && path[2] === 'tables') {
    return failed(around, `unexpected keys when parsing TableMetadata : ${JSON.stringify([key])}`);
  }
  const alternatives = ALTERNATIVES.find(({ keys }) => keys.includes(key));
  if (alternatives !== undefined) return failed(around, alternatives.message);
  // A misspelt rule of a permission must not be no rule.
  const isRule = path.at(-2) === 'permission' && meantKey(issue) !== undefined;
  return isRule ? failed(around, `${subject(json, around)} ${issue.message}`) : undefined;
}

function problemOf(json: unknown, issue: Issue): DocumentProblem {
  const path = pathOf(issue);
  if (isMissingKey(issue)) {
    const around = path.slice(0, -1);
    return failed(around, `key ${JSON.stringify(path.at(-1))} not found`);
  }
  const isKind = path.length === 3 && path[0] === 'sources' && path[2] === 'kind';
  if (isKind && typeof issue.input === 'string') {
    const message = `source kind "${issue.input}" is not supported; Hedge serves sources of kind "postgres" only`;
    return { code: 'not-supported', path, message };
  }
  return failed(path, mismatchMessage(issue, path) ?? sentence(json, issue, path));
}

function failed(path: DocumentPath, message: string): DocumentProblem {
  return { code: 'parse-failed', path, message };
}

/** `parsing Text failed, expected String, but encountered Number`, for what is of another JSON type. */
function mismatchMessage(issue: Issue, path: DocumentPath): string | undefined {
  const but = `but encountered ${kindOf(issue.input)}`;
  switch (issue.type) {
    case 'string':
      return `parsing Text failed, expected String, ${but}`;
    case 'boolean':
      return `parsing Bool failed, expected Boolean, ${but}`;
    case 'number':
      return `parsing Int failed, expected Number, ${but}`;
    case 'array':
      return `parsing [] failed, expected Array, ${but}`;
    case 'non_empty':
      return 'empty string not allowed';
    case 'custom':
      return ['table', 'function', 'remote_table'].includes(String(path.at(-1)))
        ? 'expecting a string/object for QualifiedObject'
        : `parsing ${typeName(path)} failed, expected Object, ${but}`;
    default:
      return undefined;
  }
}

function typeName(path: DocumentPath): string {
  const last = path.at(-1);
  if (last === 'permission') return PERMISSION_NAMES.get(path.at(-3)) ?? 'Object';
  const key = typeof last === 'number' ? path.at(-2) : last;
  return TYPE_NAMES.get(String(key)) ?? 'HashMap';
}

/** For the rules that are only Hedge's to word: who must be what. Values are never told, as they may be secrets. */
function sentence(json: unknown, issue: Issue, path: DocumentPath): string {
  if (path.at(-1) === 'using' && isMapping(issue.input)) {
    return 'atleast one of foreign_key_constraint_on/manual_configuration should be present';
  }
  const who = subject(json, path);
  return issue.type === PREDICATE ? `${who} ${issue.message}` : `${who} must be ${issue.message}`;
}
