// What happened -> one line of JSON in Hasura's form, if its type and level are wanted, without secrets.

/** Types that HASURA_GRAPHQL_ENABLED_LOG_TYPES may name; those of Hasura's that nothing here writes yet are known too. */
export const LOG_TYPES = [
  'startup',
  'query-log',
  'execution-log',
  'http-log',
  'websocket-log',
  'webhook-log',
  'livequery-poller-log',
  'action-handler-log',
  'data-connector-log',
  'jwk-refresh-log',
  'validate-input-log',
  'http-response-log',
  'api-limit-log',
  'response-caching-log',
  'tracing-log',
  'metrics',
] as const;

/** Types that are always wanted. */
type InternalLogType =
  /** What is inconsistent in the metadata. */
  | 'metadata'
  /** Another version of the metadata, taken over or not. */
  | 'schema-sync'
  | 'health-check-log'
  /** A fault of this service. */
  | 'unstructured';

export type ConfigurableLogType = (typeof LOG_TYPES)[number];
export type LogType = ConfigurableLogType | InternalLogType;

/** From the most talkative to the gravest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  readonly type: LogType;
  readonly level: LogLevel;
  /** As Hasura gives it for the type. */
  readonly detail: unknown;
}

/** Writes an entry where it is wanted. */
export type Log = (entry: LogEntry) => void;

/** What of a log is wanted. */
export interface LogConfig {
  readonly types: ReadonlySet<LogType>;
  readonly level: LogLevel;
}

export interface LogOptions extends LogConfig {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A line without its secrets. */
  readonly redact: (line: string) => string;
  readonly write: (level: LogLevel, line: string) => void;
}

const CONFIGURABLE: ReadonlySet<string> = new Set(LOG_TYPES);

/** Whether entries of a type and level are written. */
export function isWanted({ types, level: least }: LogConfig, type: LogType, level: LogLevel): boolean {
  if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return false;
  return types.has(type) || !CONFIGURABLE.has(type);
}

/** A log of what `options` want of it. Writing never fails: a request does not depend on its lines. */
export function createLog(options: LogOptions): Log {
  const { now, redact, write } = options;
  return ({ type, level, detail }) => {
    if (!isWanted(options, type, level)) return;
    const line = (told: unknown): string =>
      redact(JSON.stringify({ type, timestamp: timestamp(now()), level, detail: told }));
    try {
      write(level, line(detail));
    } catch (error) {
      // JSON nests without end in a request that was refused for just that.
      write(level, line({ message: `the details cannot be written: ${String(error)}` }));
    }
  };
}

/**
 * Writes lines to the console, by the method of their level: Workers Logs and `wrangler tail` tell levels apart by it.
 */
export function writeToConsole(level: LogLevel, line: string): void {
  if (level === 'info') console.log(line);
  else console[level](line);
}

let second = Number.NaN;
let secondText = '';

/** `2026-01-02T03:04:05.678+0000`; what lines of one second share is written once. */
function timestamp(ms: number): string {
  const fraction = ms % 1000;
  if (ms - fraction !== second) {
    second = ms - fraction;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  return `${secondText}${String(fraction).padStart(3, '0')}+0000`;
}
