// Planned root fields -> how the answer comes about: one statement, or parts that are put together by key.

import type { FieldNode } from 'graphql';

import { jsonObjectSql, jsonRow, type JsonField } from '../sql/json.ts';
import type { Sql, Statement } from '../sql/sql.ts';
import { emit, ident, join, literal, sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import type { Failure, ScriptStatement } from './mutation/script.ts';
import type { Validation } from './mutation/validate-input.ts';
import type { SubscriptionAnswer } from './subscription.ts';

export type Answer =
  /** No database: the data, ready. */
  | { readonly kind: 'constant'; readonly data: string }
  /** One statement whose text is the whole data. */
  | { readonly kind: 'statement'; readonly source: string; readonly statement: Statement }
  /** Several sources, or introspection beside data: put together by key. */
  | { readonly kind: 'parts'; readonly members: readonly Member[]; readonly parts: readonly Part[] }
  | MutationAnswer
  | SubscriptionAnswer;

/** Transactions, one after the other, and texts that need none. */
export interface MutationAnswer {
  readonly kind: 'mutation';
  readonly members: readonly Member[];
  readonly constants: readonly (readonly [slot: string, json: string])[];
  readonly transactions: readonly Transaction[];
  /** By the numbers that statements raise. */
  readonly failures: readonly Failure[];
  /** What webhooks have to agree to before the first transaction. */
  readonly validations: readonly Validation[];
}

/** Statements that all take effect, or none. */
export interface Transaction {
  readonly source: string;
  readonly statements: readonly TransactionStatement[];
  /** The same as one statement, for sources without an isolation level of their own; null where it takes several. */
  readonly alone: Statement | null;
}

export interface TransactionStatement extends Pick<ScriptStatement, 'slot' | 'table' | 'path' | 'calls'> {
  readonly statement: Statement;
  readonly others: NonNullable<ScriptStatement['others']>;
}

/** A key of the data: its text comes from the part with that `slot`, or it is an object of such. */
export type Member =
  | { readonly kind: 'text'; readonly key: string; readonly slot: string }
  | { readonly kind: 'object'; readonly key: string; readonly members: readonly Member[] }
  | { readonly kind: 'list'; readonly key: string; readonly items: readonly Member[] };

/** A part of the data: each gives the JSON text of some slots. */
export type Part =
  /** The statement's text is a JSON list with the JSON text of each slot. */
  | {
      readonly kind: 'statement';
      readonly source: string;
      readonly slots: readonly string[];
      readonly statement: Statement;
    }
  /** Slots are the response keys of the fields. */
  | { readonly kind: 'introspection'; readonly fields: readonly FieldNode[] }
  | { readonly kind: 'constant'; readonly slot: string; readonly json: string };

/** A root field on its way into an answer. */
export type Root =
  | LeafRoot
  /** The field of a source's namespace, and the root fields below it. */
  | { readonly kind: 'namespace'; readonly key: string; readonly members: readonly LeafRoot[] };

export type LeafRoot =
  | { readonly kind: 'source'; readonly key: string; readonly source: string; readonly value: Sql }
  | { readonly kind: 'introspection'; readonly key: string; readonly node: FieldNode }
  | { readonly kind: 'constant'; readonly key: string; readonly text: string };

/** Chooses the cheapest way to the answer: no statement, one for its only source, or one for each source. */
export function answerOf(roots: readonly Root[]): Answer {
  const leaves = leavesOf(roots);
  const sources = new Set(leaves.flatMap(({ root }) => (root.kind === 'source' ? [root.source] : [])));
  const [source] = sources;
  const introspects = leaves.some(({ root }) => root.kind === 'introspection');
  if (!introspects && source === undefined) return { kind: 'constant', data: constantText(roots) };
  if (!introspects && source !== undefined && sources.size === 1) {
    return { kind: 'statement', source, statement: emit(objectStatement(roots)) };
  }
  return { kind: 'parts', members: roots.map(memberOf), parts: partsOf(leaves, sources) };
}

interface Leaf {
  /** Where its text belongs: response keys are names, so a dot keeps levels apart. */
  readonly slot: string;
  readonly root: LeafRoot;
}

function leavesOf(roots: readonly Root[]): readonly Leaf[] {
  return roots.flatMap((root) =>
    root.kind === 'namespace'
      ? root.members.map((member) => ({ slot: `${root.key}.${member.key}`, root: member }))
      : [{ slot: root.key, root }],
  );
}

function memberOf(root: Root): Member {
  const { key } = root;
  if (root.kind !== 'namespace') return { kind: 'text', key, slot: key };
  const members = root.members.map((member): Member => ({
    kind: 'text',
    key: member.key,
    slot: `${key}.${member.key}`,
  }));
  return { kind: 'object', key, members };
}

function constantText(roots: readonly Root[]): string {
  const members = roots.flatMap((root) => {
    if (root.kind === 'namespace') return [`${JSON.stringify(root.key)}:${constantText(root.members)}`];
    return root.kind === 'constant' ? [`${JSON.stringify(root.key)}:${JSON.stringify(root.text)}`] : [];
  });
  return `{${members.join(',')}}`;
}

/** `select row_to_json(r)::text from (select (…) as "users", json_build_object(…) as "my_source") r` */
export function objectStatement(roots: readonly Root[]): Sql {
  const row = jsonRow(roots.map(jsonField));
  const alias = ident('r:');
  return sql`select ${row.json(alias)}::text from (select ${row.columns}) as ${alias}`;
}

function jsonField(root: Root): JsonField {
  const { key } = root;
  switch (root.kind) {
    case 'source':
      return { key, value: root.value };
    case 'constant':
      return { key, value: sql`${literal(root.text)}::text` };
    case 'namespace':
      return { key, value: jsonObjectSql(root.members.map(jsonField)) };
    case 'introspection':
      throw new Error('Invariant broken: introspection has no SQL');
    default:
      return unreachable(root);
  }
}

function partsOf(leaves: readonly Leaf[], sources: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  for (const source of sources) {
    const mine = leaves.flatMap(({ slot, root }) =>
      root.kind === 'source' && root.source === source ? [{ slot, value: root.value }] : [],
    );
    const texts = join(mine.map(({ value }) => sql`(${value})::text`));
    parts.push({
      kind: 'statement',
      source,
      slots: mine.map(({ slot }) => slot),
      statement: emit(sql`select to_json(array[${texts}])::text`),
    });
  }
  const fields = leaves.flatMap(({ root }) => (root.kind === 'introspection' ? [root.node] : []));
  if (fields.length > 0) parts.push({ kind: 'introspection', fields });
  for (const { slot, root } of leaves) {
    if (root.kind === 'constant') parts.push({ kind: 'constant', slot, json: JSON.stringify(root.text) });
  }
  return parts;
}
