// What a transform works on and what it makes of it.

/** A header as it is sent; values are text, not bytes. */
export type Header = readonly [name: string, value: string];

/** A call as it would be without a transform. */
export interface CallRequest {
  readonly method: string;
  /** The webhook's address with the environment's values in it. */
  readonly url: string;
  readonly headers: readonly Header[];
  /** JSON. */
  readonly body: unknown;
}

/** Of whoever caused the call; null where nobody did: cron triggers, one-off events. */
export type SessionVariables = Readonly<Record<string, string>> | null;

export type TransformedBody =
  | { readonly kind: 'json'; readonly value: unknown }
  /** A body that is no JSON: a form. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' };

/** A call as it is to be made. Nothing of it can break out of its place: header values have no line breaks. */
export interface TransformedRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: URL;
  readonly headers: readonly Header[];
  readonly body: TransformedBody;
}

/** What a response transform works on. */
export interface CallResponse {
  readonly status: number;
  /** JSON. */
  readonly body: unknown;
}
