// What is wrong with a template, or with evaluating it -> an error that knows where, in the form Hasura shows it.

/** A place in a template. As in Hasura, lines count from 0 and columns, of characters, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From the first character on; `end` is the place behind the last one. */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** The names Hasura shows, and `Limit Error` for what goes beyond a limit of ours. */
export type KritiErrorCode =
  | 'Attribute Error'
  | 'Function Error'
  | 'Index Error'
  | 'Lex Error'
  | 'Limit Error'
  | 'Name Error'
  | 'Parse Error'
  | 'Type Error';

/** An error of a template as Hasura's JSON has it. */
export interface KritiErrorJson {
  readonly error_code: KritiErrorCode;
  readonly message: string;
  readonly source_position: {
    readonly start_line: number;
    readonly start_column: number;
    readonly end_line: number;
    readonly end_column: number;
  };
}

/** A mistake in a template, or in what it makes of its values. Messages hold names of the template, no values. */
export class KritiError extends Error {
  readonly code: KritiErrorCode;
  readonly span: Span;
  /** Where Hasura says it is, which for what cannot be parsed is not where it is. */
  readonly reported: Span;

  constructor(code: KritiErrorCode, message: string, span: Span, reported: Span = span) {
    super(message);
    this.name = 'KritiError';
    this.code = code;
    this.span = span;
    this.reported = reported;
  }

  toJSON(): KritiErrorJson {
    const { start, end } = this.reported;
    return {
      error_code: this.code,
      message: this.message,
      source_position: {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
      },
    };
  }
}

/** From where the one begins to where the other ends. */
export function spanning(from: { readonly span: Span }, to: { readonly span: Span }): Span {
  return { start: from.span.start, end: to.span.end };
}
