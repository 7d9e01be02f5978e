// Statements -> one pipelined conversation with Postgres -> the JSON text of their results.
// Everything is sent at once and ended by a single Sync, so a batch costs one round trip however many statements it has.

import type { Connection, Submittable } from 'pg';

import { JsonText } from './json-text.ts';
import type { Description, Field, PreparedStatement, PreparedStatements } from './prepared-statements.ts';
import type { SqlRequest, Statement } from './request.ts';
import { typedValueJson } from './value.ts';

/** The parts of node-postgres' connection that it does not declare, or declares with an argument it ignores. */
interface WireConnection {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  describe(message: { readonly type: 'P' }): void;
  execute(): void;
  close(message: { readonly type: 'S'; readonly name: string }): void;
  sync(): void;
  sendCopyFail(message: string): void;
}

interface Step {
  readonly statement: Statement;
  readonly prepared: PreparedStatement | null;
  description: Description;
  rows: number;
}

const NO_FIELDS: Description = { fields: [], json: '[]' };

export type Outcome =
  | { readonly kind: 'results'; readonly body: Buffer }
  | { readonly kind: 'error'; readonly error: Error };

/** node-postgres calls the `handle…` methods as Postgres' messages arrive. */
export class Exchange implements Submittable {
  readonly #request: SqlRequest;
  readonly #prepared: PreparedStatements | null;
  readonly #done: (outcome: Outcome) => void;
  readonly #answer = new JsonText();
  readonly #steps: Step[] = [];
  /** Of the step whose messages arrive; -1 while `begin` is answered. */
  #current: number;
  #settled = false;

  /** `prepared` is null where statements are to be parsed each time, as Neon's proxy does it. */
  constructor(request: SqlRequest, prepared: PreparedStatements | null, done: (outcome: Outcome) => void) {
    this.#request = request;
    this.#prepared = prepared;
    this.#done = done;
    this.#current = request.begin === null ? 0 : -1;
    if (request.begin !== null) this.#answer.add('{"results":[');
  }

  submit(untyped: Connection): void {
    const connection = untyped as unknown as WireConnection;
    // One write to the socket, and so one packet where it fits.
    connection.stream.cork();
    for (const name of this.#prepared?.takeForgotten() ?? []) connection.close({ type: 'S', name });
    if (this.#request.begin !== null) this.#sendPlain(connection, this.#request.begin);
    for (const statement of this.#request.statements) this.#steps.push(this.#send(connection, statement));
    if (this.#request.begin !== null) this.#sendPlain(connection, 'commit');
    connection.sync();
    connection.stream.uncork();
  }

  #sendPlain(connection: WireConnection, text: string): void {
    connection.parse({ name: '', text });
    connection.bind({ statement: '', values: [] });
    connection.execute();
  }

  #send(connection: WireConnection, statement: Statement): Step {
    const { text, values } = statement;
    let prepared = this.#prepared?.find(text);
    if (!prepared) {
      prepared = this.#prepared?.add(text);
      connection.parse({ name: prepared?.name ?? '', text });
    }
    connection.bind({ statement: prepared?.name ?? '', values });
    const description = prepared?.description ?? null;
    if (description === null) connection.describe({ type: 'P' });
    connection.execute();
    return { statement, prepared: prepared ?? null, description: description ?? NO_FIELDS, rows: 0 };
  }

  handleRowDescription(message: { readonly fields: readonly Field[] }): void {
    const step = this.#steps[this.#current];
    if (step) step.description = { fields: message.fields, json: JSON.stringify(message.fields) };
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    const step = this.#steps[this.#current];
    if (!step) return;
    if (step.rows === 0) this.#beginResult(step);
    else this.#answer.add(',');
    step.rows += 1;
    this.#addRow(step, message.fields);
  }

  #beginResult(step: Step): void {
    this.#answer.add(`${this.#current > 0 ? ',' : ''}{"fields":${step.description.json},"rows":[`);
  }

  #addRow(step: Step, values: readonly (string | null)[]): void {
    const { rawText } = this.#request;
    const { arrayMode } = step.statement;
    const { fields } = step.description;
    const answer = this.#answer;
    answer.add(arrayMode ? '[' : '{');
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? null;
      if (index > 0) answer.add(',');
      if (!arrayMode) answer.add(`${JSON.stringify(fields[index]?.name ?? '')}:`);
      if (value === null) answer.add('null');
      else if (rawText) answer.addString(value);
      else answer.add(typedValueJson(value, fields[index]?.dataTypeID ?? 0));
    }
    answer.add(arrayMode ? ']' : '}');
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#finishStep(message.text);
  }

  handleEmptyQuery(): void {
    this.#finishStep('');
  }

  #finishStep(tag: string): void {
    const step = this.#steps[this.#current];
    if (step) {
      if (step.rows === 0) this.#beginResult(step);
      if (step.prepared !== null) step.prepared.description = step.description;
      const [command = '', ...numbers] = tag.split(' ');
      const count = command === 'INSERT' ? numbers[1] : numbers[0];
      const rowCount = count !== undefined && /^\d+$/.test(count) ? count : 'null';
      this.#answer.add(
        `],"command":"${command}","rowCount":${rowCount},"rowAsArray":${step.statement.arrayMode}}`,
      );
    }
    this.#current += 1;
  }

  /** COPY FROM STDIN: there is no input over HTTP. The Sync sent before was swallowed as copy data would be. */
  handleCopyInResponse(untyped: Connection): void {
    const connection = untyped as unknown as WireConnection;
    connection.sendCopyFail('COPY FROM STDIN is not possible over HTTP');
    connection.sync();
  }

  /** COPY TO STDOUT: the data is dropped, as the answer has no place for it. */
  handleCopyData(): void {}

  /** Postgres' error, or the loss of the connection. */
  handleError(error: Error): void {
    for (const { statement } of this.#steps) this.#prepared?.forget(statement.text);
    this.#settle({ kind: 'error', error });
  }

  handleReadyForQuery(): void {
    if (this.#request.begin !== null) this.#answer.add(']}');
    this.#settle({ kind: 'results', body: this.#answer.bytes() });
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#done(outcome);
  }
}
