// What everything that calls a webhook shares in Hasura's metadata: addresses, headers, transforms, retries; and the
// event triggers and cron triggers made of it.

/** A text, or the environment variable that holds it. */
export type TextOrEnv = string | { readonly from_env: string };

/** Exactly one of `value` and `value_from_env` is there. */
export interface Header {
  readonly name: string;
  readonly value?: string;
  readonly value_from_env?: string;
}

/** In version 1 a body is its template, in version 2 it says what to do. */
export type BodyTransform =
  | string
  | {
      readonly action: 'transform' | 'remove' | 'x_www_form_urlencoded';
      readonly template?: string;
      readonly form_template?: string | Readonly<Record<string, string>>;
    };

export interface RequestTransform {
  readonly version?: 1 | 2;
  readonly template_engine?: 'Kriti';
  readonly method?: string;
  readonly url?: string;
  readonly body?: BodyTransform;
  readonly content_type?: string;
  readonly query_params?: string | Readonly<Record<string, string | null>>;
  readonly request_headers?: {
    readonly add_headers?: Readonly<Record<string, string>>;
    readonly remove_headers?: readonly string[];
  };
}

export interface ResponseTransform {
  readonly version?: 1 | 2;
  readonly template_engine?: 'Kriti';
  readonly body?: BodyTransform;
}

/** Columns whose change fires a trigger, and columns its payload carries. */
export interface TriggerOperation {
  readonly columns?: '*' | readonly string[];
  readonly payload?: '*' | readonly string[];
}

/** Exactly one of `webhook` and `webhook_from_env` is there. */
export interface EventTriggerMetadata {
  readonly name: string;
  readonly definition: {
    readonly enable_manual?: boolean;
    readonly insert?: TriggerOperation;
    readonly update?: TriggerOperation;
    readonly delete?: TriggerOperation;
  };
  readonly webhook?: string;
  readonly webhook_from_env?: string;
  readonly retry_conf?: {
    readonly num_retries?: number;
    readonly interval_sec?: number;
    readonly timeout_sec?: number;
  };
  readonly headers?: readonly Header[];
  readonly request_transform?: RequestTransform;
  readonly response_transform?: ResponseTransform;
  readonly cleanup_config?: CleanupConfig;
  readonly trigger_on_replication?: boolean;
}

export interface CleanupConfig {
  /** A cron expression. */
  readonly schedule: string;
  /** Hours. */
  readonly clear_older_than: number;
  readonly batch_size?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly clean_invocation_logs?: boolean;
  readonly paused?: boolean;
}

export interface CronTriggerMetadata {
  readonly name: string;
  readonly webhook: TextOrEnv;
  /** A cron expression. */
  readonly schedule: string;
  /** Any JSON value. */
  readonly payload?: unknown;
  readonly headers?: readonly Header[];
  readonly retry_conf?: {
    readonly num_retries?: number;
    readonly retry_interval_seconds?: number;
    readonly timeout_seconds?: number;
    readonly tolerance_seconds?: number;
  };
  readonly include_in_metadata?: boolean;
  readonly comment?: string | null;
  readonly request_transform?: RequestTransform;
  readonly response_transform?: ResponseTransform;
}

/** The webhook that checks what a mutation brings before it is written. */
export interface ValidateInput {
  readonly type: 'http';
  readonly definition: {
    readonly url: string;
    readonly headers?: readonly Header[];
    readonly forward_client_headers?: boolean;
    /** Seconds. */
    readonly timeout?: number;
  };
}
