// The headers of a request -> the trace it belongs to, as triggers find it in the transaction and webhooks in their headers.

export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: of what this service does for the request. */
  readonly spanId: string;
  /** Of the caller; null when this trace begins here. */
  readonly parentId: string | null;
  /** Whether the caller records the trace; null when it left that open. */
  readonly sampled: boolean | null;
}

type Given = Pick<TraceContext, 'traceId' | 'parentId' | 'sampled'>;

/** The traces of requests by their headers: all that is done for one is of one trace. */
const known = new WeakMap<Headers, TraceContext>();

/**
 * The trace of a request: of its B3 headers (github.com/openzipkin/b3-propagation), else of its `traceparent` (W3C Trace
 * Context, section 3.2), else a new one, the same one each time it is asked for. What is malformed counts as not there.
 */
export function traceContextOf(headers: Headers | undefined): TraceContext {
  if (!headers) return newContext(undefined);
  let context = known.get(headers);
  if (!context) known.set(headers, (context = newContext(headers)));
  return context;
}

function newContext(headers: Headers | undefined): TraceContext {
  const given = headers && (b3(headers) ?? traceparent(headers.get('traceparent')));
  // One call for both: it is most of what a trace costs.
  const ids = randomHex(given ? 8 : 24);
  const spanId = ids.slice(0, 16);
  return given ? { ...given, spanId } : { traceId: ids.slice(16), spanId, parentId: null, sampled: null };
}

/** As Hasura writes it into `hasura.tracecontext`, and event triggers into their payload. */
export function traceContextJson({ traceId, spanId, sampled }: TraceContext): string {
  return JSON.stringify({
    trace_id: traceId,
    span_id: spanId,
    ...(sampled === null ? {} : { sampling_state: sampled ? '1' : '0' }),
  });
}

/** Tells a webhook the trace, in B3 headers and in `traceparent`, over what a client's headers say of it. */
export function setTrace(headers: Headers, { traceId, spanId, parentId, sampled }: TraceContext): void {
  headers.set('traceparent', `00-${traceId}-${spanId}-${sampled === true ? '01' : '00'}`);
  headers.set('x-b3-traceid', traceId);
  headers.set('x-b3-spanid', spanId);
  if (parentId === null) headers.delete('tracestate');
  if (parentId === null) headers.delete('x-b3-parentspanid');
  else headers.set('x-b3-parentspanid', parentId);
  if (sampled === null) headers.delete('x-b3-sampled');
  else headers.set('x-b3-sampled', sampled ? '1' : '0');
}

function b3(headers: Headers): Given | undefined {
  const id = headers.get('x-b3-traceid');
  const trace = hex(id, 32) ?? hex(id, 16);
  if (trace === null) return undefined;
  const sampled = headers.get('x-b3-sampled');
  return {
    traceId: trace.padStart(32, '0'),
    parentId: hex(headers.get('x-b3-spanid'), 16),
    sampled: sampled === '1' ? true : sampled === '0' ? false : null,
  };
}

function traceparent(text: string | null): Given | undefined {
  // Later versions may have more members behind these.
  const parts = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text ?? '');
  const [, version, trace = '', parent = '', flags = '', rest] = parts ?? [];
  const [traceId, parentId] = [hex(trace, 32), hex(parent, 16)];
  if (traceId === null || parentId === null || (version === '00' && rest !== undefined)) return undefined;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** An id of that many digits; all zeros are none. */
function hex(text: string | null, digits: number): string | null {
  if (text?.length !== digits || !/^[0-9a-f]+$/i.test(text) || /^0+$/.test(text)) return null;
  return text.toLowerCase();
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function randomHex(bytes: number): string {
  let text = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(bytes))) text += HEX[byte];
  return text;
}
