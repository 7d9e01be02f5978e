// What authentication gives the later stages: who asks, under which role, with which session variables.

export interface Session {
  readonly role: string;
  /** Lower-case `x-hasura-…` names to values, `x-hasura-role` among them. */
  readonly variables: ReadonlyMap<string, string>;
  /** True when the request proved to be an administrator's (admin secret, or no secret configured), whatever its role. */
  readonly trusted: boolean;
  /** It also asked for what permissions keep for backends. */
  readonly backend: boolean;
  /** When a token or a webhook's answer ends, in milliseconds since 1970: no connection outlives it. null: never. */
  readonly expiresAt: number | null;
}
