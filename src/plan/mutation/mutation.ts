// A mutation × role -> transactions: the root fields in order, those of one source after another in one transaction, with
// the session and the trace told to the database first.

import { namespaceTypeName } from '../../artifact/type-names.ts';
import type { MutationField } from '../../artifact/write-types.ts';
import { emit, param, sql } from '../../sql/sql.ts';
import { unreachable } from '../../util/assert.ts';
import type { Answer, Member, Transaction } from '../answer.ts';
import { readArguments } from '../arguments.ts';
import type { SelectedField } from '../collect.ts';
import { collectFields, noSubselection } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid } from '../context.ts';
import { functionRootSql } from '../function-root.ts';
import { planDelete, planDeleteByKey } from './delete.ts';
import { planInsert } from './insert.ts';
import type { RootText } from './root-text.ts';
import type { Failure, MutationContext, ScriptStatement } from './script.ts';
import { planUpdate, planUpdateByKey, planUpdateMany } from './update.ts';
import type { Validation } from './validate-input.ts';

const MUTATION_ROOT = 'mutation_root';

/** What has been planned so far. */
interface Progress {
  readonly plan: PlanContext;
  readonly failures: Failure[];
  readonly counters: { setting: number };
  readonly validations: Validation[];
  readonly transactions: { readonly source: string; readonly statements: ScriptStatement[] }[];
  /** Texts that need no database, by slot. */
  readonly constants: [slot: string, json: string][];
}

/**
 * Plans the selection of a mutation.
 * @throws HedgeError `validation-failed` with the path of what the role's schema does not have or the limits forbid.
 */
export function planMutation(plan: PlanContext): Answer {
  const { fields, namespaces } = plan.role.writes().fields;
  const { node } = plan.reader.operation;
  if (fields.size === 0 && namespaces.size === 0) invalid('no mutations exist', undefined);
  for (const directive of node.directives ?? [])
    invalid(`directive '${directive.name.value}' is not defined in the schema`, undefined);

  const progress: Progress = {
    plan,
    failures: [],
    counters: { setting: 0 },
    validations: [],
    transactions: [],
    constants: [],
  };
  const members = collectFields(plan, MUTATION_ROOT, [node.selectionSet], undefined).map((field): Member => {
    const namespace = namespaces.get(field.name);
    if (!namespace) return rootMember(progress, fields, MUTATION_ROOT, field, field.key);
    readArguments(field, []);
    const root = plan.role.writes().backend ? 'mutation_backend' : 'mutation_frontend';
    const typeName = namespaceTypeName(namespace.naming, field.name, root);
    const inner = collectFields(plan, typeName, field.selectionSets, field.path).map((member) =>
      rootMember(progress, namespace.fields, typeName, member, `${field.key}.${member.key}`),
    );
    return { kind: 'object', key: field.key, members: inner };
  });
  const { failures, constants, validations } = progress;
  return {
    kind: 'mutation',
    members,
    constants,
    failures,
    validations,
    transactions: progress.transactions.filter(({ statements }) => statements.length > 0).map(transaction),
  };
}

function rootMember(
  progress: Progress,
  fields: ReadonlyMap<string, MutationField>,
  typeName: string,
  field: SelectedField,
  slot: string,
): Member {
  const { key, name } = field;
  if (name === '__typename') {
    readArguments(field, []);
    noSubselection(field);
    progress.constants.push([slot, JSON.stringify(typeName)]);
    return { kind: 'text', key, slot };
  }
  const root = fields.get(name) ?? invalid(`field '${name}' not found in type: '${typeName}'`, field.path);
  return memberOf(progress, key, slot, rootText(progress, root, field, slot));
}

function memberOf(progress: Progress, key: string, slot: string, text: RootText): Member {
  switch (text.kind) {
    case 'slot':
      return { kind: 'text', key, slot: text.slot };
    case 'constant':
      progress.constants.push([slot, text.json]);
      return { kind: 'text', key, slot };
    case 'list':
      return {
        kind: 'list',
        key,
        items: text.items.map((item, i) => memberOf(progress, key, `${slot}.${i}`, item)),
      };
    default:
      return unreachable(text);
  }
}

function rootText(progress: Progress, root: MutationField, field: SelectedField, slot: string): RootText {
  const { plan } = progress;
  if ('function' in root) {
    const table = plan.role.table(root.table);
    const { statements } = contextFor(progress, table.source).script;
    const value = functionRootSql(plan, root, table, field);
    statements.push({ sql: sql`select (${value})::text`, slot, table: null, path: undefined, calls: true });
    return { kind: 'slot', slot };
  }
  const write = plan.role.writes().table(root.write);
  const ctx = contextFor(progress, write.source);
  const task = { write, field, slot };
  switch (root.kind) {
    case 'insert':
      return planInsert(ctx, write, field, { single: false, slot });
    case 'insert_one':
      return planInsert(ctx, write, field, { single: true, slot });
    case 'update':
      return planUpdate(ctx, task);
    case 'update_by_pk':
      return planUpdateByKey(ctx, task);
    case 'update_many':
      return planUpdateMany(ctx, task);
    case 'delete':
      return planDelete(ctx, task);
    case 'delete_by_pk':
      return planDeleteByKey(ctx, task);
    default:
      return unreachable(root);
  }
}

/** Statements go to the transaction before when it is of the same source: an operation of one source is one transaction. */
function contextFor(progress: Progress, source: string): MutationContext {
  let last = progress.transactions.at(-1);
  if (last?.source !== source) progress.transactions.push((last = { source, statements: [] }));
  const { plan, failures, counters, validations } = progress;
  return {
    plan,
    writes: plan.role.writes(),
    script: { statements: last.statements },
    failures,
    counters,
    validations,
    validated: new Set(),
    chain: { fits: true, links: [] },
  };
}

const SESSION = sql`set_config('hasura.user', ${param({ kind: 'session_json' }, sql`text`)}, true)`;
const TRACE = sql`set_config('hasura.tracecontext', ${param({ kind: 'trace_json' }, sql`text`)}, true)`;

/**
 * A statement that is all of a transaction may take the session along as a condition: `… where (select set_config(…) ||
 * set_config(…)) is not null`. Postgres decides a condition that depends on no row once, before it reads the first (in its
 * plans a «One-Time Filter»), and runs what writes in `with` only when its rows are read: so triggers, defaults and checks
 * find the session. What it evaluates while it plans does not, hence `selfContained`.
 */
function transaction({ source, statements }: Progress['transactions'][number]): Transaction {
  const session: ScriptStatement = {
    sql: sql`select ${SESSION}, ${TRACE}`,
    slot: null,
    table: null,
    path: undefined,
  };
  const [only] = statements;
  const told = sql`(select ${SESSION} || ${TRACE}) is not null`;
  const alone =
    statements.length === 1 && only?.selfContained === true
      ? emit(
          sql`${only.sql} where ${only.condition ? sql`case when ${told} then ${only.condition} end` : told}`,
        )
      : null;
  return {
    source,
    statements: [session, ...statements].map(
      ({ sql: text, condition, slot, table, path, calls, others = [] }) => ({
        ...(calls && { calls }),
        slot,
        table,
        path,
        others,
        statement: emit(condition ? sql`${text} where ${condition}` : text),
      }),
    ),
    alone,
  };
}
