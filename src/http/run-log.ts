// What a run tells of itself -> lines of the query-log, the execution-log and the validate-input-log, and what the http-log
// has to know of it.

import type { FieldNode } from 'graphql';
import { Kind } from 'graphql/language';

import type { LoggingConfig } from '../config/types.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import type { AnsweredBy, Observer, SentStatement, ValidationCall } from '../execute/observer.ts';
import type { Operation } from '../parse/operation.ts';
import type { Plan } from '../plan/plan.ts';
import type { Binding } from '../sql/sql.ts';
import type { Log } from '../telemetry/log.ts';
import { isWanted } from '../telemetry/log.ts';
import { maskText } from '../telemetry/mask-text.ts';
import { holdsNamed, MASK } from '../telemetry/mask.ts';
import { loggedRequest } from './http-log.ts';
import type { OperationRecord, RequestRecord } from './request-record.ts';
import type { AppContext, Exchange } from './types.ts';

/** What the lines of a run need of its request. */
interface RunOf {
  readonly request: GraphqlRequest;
  readonly requestId: string;
  readonly record: RequestRecord;
}

/** The observer of one run, a class because one is made per request. */
class RunLog implements Observer {
  readonly #log: Log;
  readonly #config: LoggingConfig;
  readonly #run: RunOf;
  readonly #operation: OperationRecord;
  #sentAt = 0;

  constructor(log: Log, config: LoggingConfig, run: RunOf) {
    this.#log = log;
    this.#config = config;
    this.#run = run;
    this.#operation = { request: run.request, plan: undefined };
    run.record.operations.push(this.#operation);
  }

  planned(plan: Plan): void {
    this.#operation.plan = plan;
  }

  answering(by: AnsweredBy, statement?: SentStatement): void {
    this.#sentAt = performance.now();
    if (!isWanted(this.#config, 'query-log', 'info')) return;
    const { request, requestId, record } = this.#run;
    this.#log({
      type: 'query-log',
      level: 'info',
      detail: {
        kind: by,
        request_id: requestId,
        query: loggedRequest(request, record.bodyLength, this.#config),
        generated_sql: statement ? this.#generatedSql(statement) : null,
        connection_template: null,
      },
    });
  }

  answered(): void {
    if (!isWanted(this.#config, 'execution-log', 'info')) return;
    this.#log({
      type: 'execution-log',
      level: 'info',
      detail: {
        request_id: this.#run.requestId,
        statistics: { execution_time: (performance.now() - this.#sentAt) / 1000 },
      },
    });
  }

  validated({ webhook, request, answer }: ValidationCall): void {
    if (!this.#config.types.has('validate-input-log')) return;
    const { status = null, body = null } = answer.kind === 'answered' ? answer : {};
    this.#log({
      type: 'validate-input-log',
      level: status !== null && status < 500 ? 'info' : 'error',
      detail: {
        request_id: this.#run.requestId,
        webhook,
        request_size: byteLength(request),
        response_size: body === null ? null : byteLength(body),
        status_code: status,
        http_error: answer.kind === 'failed' ? answer.reason : null,
      },
    });
  }

  /** One statement answers several fields: its key names all of them. */
  #generatedSql({ keys, text, bindings, parameters }: SentStatement): Readonly<Record<string, unknown>> {
    const { plan, request } = this.#operation;
    const names = keys ?? (plan ? rootKeys(plan.operation) : []);
    const masked = holdsMasked(request, this.#config.maskedVariables);
    const shown = bindings.map((binding, i) =>
      isMasked(binding, masked, this.#config.maskedVariables) ? MASK : (parameters[i] ?? null),
    );
    return { [names.join(',')]: { query: text, prepared_arguments: shown } };
  }
}

/** Types of lines that a run gives, and what the http-log needs of it. */
const TYPES = ['http-log', 'query-log', 'execution-log', 'validate-input-log'] as const;

/** Whether a run is to tell what it does. */
export function watchesRuns({ types }: LoggingConfig): boolean {
  return TYPES.some((type) => types.has(type));
}

/** Who is told of the run of a request's operation; nobody where nothing of it is logged. */
export function watch(
  { log, config }: Pick<AppContext, 'log' | 'config'>,
  { requestId, record }: Pick<Exchange, 'requestId' | 'record'>,
  request: GraphqlRequest,
): Observer | undefined {
  return record && new RunLog(log, config.logging, { request, requestId, record });
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** Response keys of an operation's root fields, in the order they are written. */
function rootKeys({ node, fragments }: Operation): readonly string[] {
  const keys = new Set<string>();
  const walk = (selections: typeof node.selectionSet.selections): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) keys.add(keyOf(selection));
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet.selections);
      else walk(fragments.get(selection.name.value)?.selectionSet.selections ?? []);
    }
  };
  walk(node.selectionSet.selections);
  return [...keys];
}

function keyOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

/** Whether a value of the request, a variable or written in its text, has a masked name. */
function holdsMasked({ query, variables }: GraphqlRequest, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  return maskText(query, names).holdsMasked || holdsNamed(variables, names);
}

/** A value of a request that holds a masked one may be it, or a part of it. */
function isMasked(binding: Binding, requestHolds: boolean, names: ReadonlySet<string>): boolean {
  switch (binding.kind) {
    case 'session':
      return names.has(binding.name);
    case 'session_json':
      return names.size > 0;
    case 'request':
    case 'rows':
    case 'constant':
      return requestHolds;
    case 'trace_json':
    case 'cursor':
      return false;
  }
}
