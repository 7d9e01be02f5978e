// What happens to one operation -> the text of a stream of server-sent events, as graphql-sse's distinct connections mode
// has it (github.com/enisdenjo/graphql-sse, PROTOCOL.md).

/** Keeps what is between us and the client from giving up; clients do not look at it. */
export const COMMENT = ':\n\n';

/** Nothing comes after it. `EventSource` drops an event that has no `data` line at all. */
export const COMPLETE_EVENT = 'event: complete\ndata:\n\n';

/** A result: `response` is the JSON text `{"data":…}` or `{"errors":…}`. */
export function nextEvent(response: string): string {
  // A column of type json keeps the line breaks it was written with. They are between its tokens, where a blank means the
  // same, and some clients take the first line of an event for all of it.
  return `event: next\ndata: ${response.replace(/\r\n|\r|\n/g, ' ')}\n\n`;
}
