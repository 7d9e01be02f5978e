// A subscription × role -> the statement that answers it for many subscribers at once.

import type { RootFields } from '../artifact/root-fields.ts';
import { namespaceTypeName } from '../artifact/type-names.ts';
import type { RootField } from '../artifact/types.ts';
import type { Multiplexed } from '../sql/multiplexed.ts';
import { multiplexed } from '../sql/multiplexed.ts';
import type { Sql } from '../sql/sql.ts';
import { sql } from '../sql/sql.ts';
import { tablesIn } from '../sql/tables-in.ts';
import type { Answer, LeafRoot, Root } from './answer.ts';
import { answerOf, objectStatement } from './answer.ts';
import { readArguments } from './arguments.ts';
import type { SelectedField } from './collect.ts';
import { collectFields } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid } from './context.ts';
import type { CursorStart } from './stream.ts';
import { streamSql } from './stream.ts';

const SUBSCRIPTION_ROOT = 'subscription_root';
/** Lets a live query have several fields, of one source: as in Hasura, which has it for tests and shows it to nobody. */
const SEVERAL_FIELDS = '_multiple_top_level_fields';

/** How a subscription is answered. */
export interface SubscriptionAnswer {
  readonly kind: 'subscription';
  readonly source: string;
  /** `schema.name` of the tables it reads; null where that cannot be told. */
  readonly tables: readonly string[] | null;
  /** The root field, by its name in the schema. */
  readonly field: string;
  readonly statement: Multiplexed;
  /** Of a stream: the columns of its cursor, and where it begins; null of a live query. */
  readonly cursor: readonly CursorStart[] | null;
}

/** Plans a field that queries have, too. */
export type PlanLeaf = (
  ctx: PlanContext,
  fields: ReadonlyMap<string, RootField>,
  typeName: string,
  field: SelectedField,
) => LeafRoot;

/** Plans a field of the root of the Relay API. */
export type PlanRelayRoot = (ctx: PlanContext, field: SelectedField, operation: 'subscription') => Root;

/**
 * Plans a subscription: of one field of the root, or of several under `@_multiple_top_level_fields`.
 * @throws HedgeError `validation-failed`.
 */
export function planSubscription(
  ctx: PlanContext,
  { leaf, relayRoot }: { readonly leaf: PlanLeaf; readonly relayRoot: PlanRelayRoot },
): Answer {
  const { node } = ctx.reader.operation;
  const { role } = ctx;
  const directives = node.directives ?? [];
  const mayBeSeveral = directives.some(({ name }) => name.value === SEVERAL_FIELDS);
  const fields = collectFields(ctx, SUBSCRIPTION_ROOT, [node.selectionSet], undefined);
  const [field] = fields;
  if (!field || (fields.length > 1 && !mayBeSeveral)) return severalFields();
  const unknown = directives.find(({ name }) => name.value !== SEVERAL_FIELDS);
  if (unknown) invalid(`directive '${unknown.name.value}' is not defined in the schema`, undefined);
  if (fields.length > 1) return severalAnswer(ctx, fields, leaf);
  if (role.relay) {
    const root = relayRoot(ctx, field, 'subscription');
    if (root.kind === 'introspection') {
      invalid(`field '${field.name}' not found in type: '${SUBSCRIPTION_ROOT}'`, field.path);
    }
    return liveAnswer(root, field.name);
  }
  const { fields: own, namespaces } = role.subscription;
  if (own.size === 0 && namespaces.size === 0) return invalid('no subscriptions exist', undefined);
  const namespace = namespaces.get(field.name);
  if (!namespace) return fieldAnswer(ctx, own, SUBSCRIPTION_ROOT, field, { leaf, wrap: (root) => root });
  readArguments(field, []);
  const typeName = namespaceTypeName(namespace.naming, field.name, 'subscription');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path);
  const [member] = members;
  if (!member || members.length > 1) return severalFields();
  const wrap = (root: LeafRoot): Root => ({ kind: 'namespace', key: field.key, members: [root] });
  return fieldAnswer(ctx, namespace.fields, typeName, member, { leaf, wrap });
}

/** Live queries of tables beside each other; what is below a namespace, or a stream, stays alone. */
function severalAnswer(ctx: PlanContext, fields: readonly SelectedField[], leaf: PlanLeaf): Answer {
  const { fields: own, namespaces } = ctx.role.subscription;
  const roots = fields.map((field) => {
    const isStream = own.get(field.name)?.kind === 'select_stream';
    if (ctx.role.relay || isStream || namespaces.has(field.name)) return severalFields();
    return leaf(ctx, own, SUBSCRIPTION_ROOT, field);
  });
  const sources = new Set(roots.map((root) => (root.kind === 'source' ? root.source : undefined)));
  const [source] = sources;
  if (source === undefined || sources.size > 1) return severalFields();
  const names = fields.map(({ name }) => name).join(', ');
  return subscription(source, names, objectStatement(roots), null);
}

function severalFields(): never {
  return invalid('subscriptions must select one top level field', undefined);
}

function fieldAnswer(
  ctx: PlanContext,
  fields: RootFields['fields'],
  typeName: string,
  field: SelectedField,
  { leaf, wrap }: { readonly leaf: PlanLeaf; readonly wrap: (root: LeafRoot) => Root },
): Answer {
  const root = fields.get(field.name);
  if (root?.kind !== 'select_stream') return liveAnswer(wrap(leaf(ctx, fields, typeName, field)), field.name);
  const table = ctx.role.table(root.table);
  const { batch, start } = streamSql(ctx, table, field);
  const list = wrap({ kind: 'source', key: field.key, source: table.source, value: sql`"q:"."list"` });
  const query = sql`select (${objectStatement([list])}), "q:"."cursor" from (${batch}) as "q:"`;
  return subscription(table.source, field.name, query, start);
}

function liveAnswer(root: Root, field: string): Answer {
  const leaf = root.kind === 'namespace' ? root.members[0] : root;
  // `__typename` needs no database, and is told once.
  if (leaf?.kind !== 'source') return answerOf([root]);
  return subscription(leaf.source, field, objectStatement([root]), null);
}

function subscription(
  source: string,
  field: string,
  query: Sql,
  cursor: readonly CursorStart[] | null,
): SubscriptionAnswer {
  const statement = multiplexed({ root: query, isStream: cursor !== null });
  return { kind: 'subscription', source, tables: tablesIn(query), field, statement, cursor };
}
