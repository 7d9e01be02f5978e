// The keys of Hasura's format that are read, validated and kept, but do nothing in this version, or not all they should;
// and the notices about those a document uses. Building a feature ends with removing or flipping its line here.
import { describe } from './describe.ts';
import type { DocumentPath, Report } from './problem.ts';
import { isMapping } from './schema/common.ts';
import { HOLE, placeAt, type Tree } from './tree.ts';

interface Feature {
  readonly available: boolean;
  /** Of a feature that is there in part: what becomes of what an object says. */
  readonly says?: (object: string) => string;
}

const NOT_YET: Feature = { available: false };

/** Where a feature's key stands in the document (`[]`: in every item of a list) -> whether it is built. */
export const FEATURES: Readonly<Record<string, Feature>> = {
  'sources[].tables[].event_triggers': {
    available: false,
    says: (object) =>
      `what the event triggers of ${object} record waits in hdb_catalog.event_log: events are not delivered yet in this ` +
      'version. Live mode makes the triggers in the database; a build makes none.',
  },
  'sources[].tables[].remote_relationships': NOT_YET,
  'sources[].tables[].logical_model': {
    available: false,
    says: (object) =>
      `tells Hasura the columns of tables in databases without a schema, such as MongoDB; ${object} has those that ` +
      'Postgres knows, and what it says there has no effect.',
  },
  'sources[].tables[].apollo_federation_config': NOT_YET,
  'sources[].query_tags': NOT_YET,
  'sources[].health_check': NOT_YET,
  'sources[].configuration.read_replicas': NOT_YET,
  'sources[].configuration.connection_template': NOT_YET,
  'sources[].configuration.connection_set': NOT_YET,
  remote_schemas: NOT_YET,
  actions: NOT_YET,
  custom_types: NOT_YET,
  cron_triggers: NOT_YET,
  metrics_config: NOT_YET,
  network: NOT_YET,
  opentelemetry: NOT_YET,
  backend_configs: NOT_YET,
};

/** Notes each use of a key that has no effect in this version, at the key. */
export function noteUnavailable(root: Tree, document: unknown, note: Report): void {
  for (const [pattern, feature] of Object.entries(FEATURES)) {
    if (feature.available) continue;
    for (const { path, value } of valuesAt(document, pattern.replaceAll('[]', '.[]').split('.'), [])) {
      if (isEmpty(value)) continue;
      note(placeAt(root, path), noticeText(feature, document, path), path);
    }
  }
}

function noticeText({ says }: Feature, document: unknown, path: DocumentPath): string {
  const { object } = describe(document, path);
  const text = says?.(object) ?? `not available in this version; what ${object} says there has no effect.`;
  return `${String(path.at(-1))}: ${text}`;
}

function* valuesAt(
  value: unknown,
  pattern: readonly string[],
  path: DocumentPath,
): Generator<{ readonly path: DocumentPath; readonly value: unknown }> {
  const [step, ...rest] = pattern;
  if (step === undefined) yield { path, value };
  else if (step === '[]') {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) yield* valuesAt(item, rest, [...path, index]);
  } else if (isMapping(value) && Object.hasOwn(value, step)) {
    yield* valuesAt(value[step], rest, [...path, step]);
  }
}

/** Null, or lists and mappings with nothing in them at any depth: Hasura's exports are full of these. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === HOLE) return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return isMapping(value) && Object.values(value).every(isEmpty);
}
