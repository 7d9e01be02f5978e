// What the metadata lets roles ask for, beyond what their permissions say: a few numbers in the artifact's header.

/** Absent parts limit nothing. `admin` is never limited. */
export interface RequestLimits {
  /** Levels of fields with a selection set. */
  readonly depth?: RoleLimits<number>;
  /** Fields with a selection set. */
  readonly nodes?: RoleLimits<number>;
  /** Seconds an operation may take. */
  readonly time?: RoleLimits<number>;
  /** Operations of one request. */
  readonly batch?: RoleLimits<number>;
  readonly rate?: RoleLimits<RateLimit>;
}

/** A role's own limit stands in the place of the one for all. */
export interface RoleLimits<T> {
  readonly global?: T;
  readonly roles?: Readonly<Record<string, T>>;
}

/** Operations in any 60 seconds. */
export interface RateLimit {
  readonly perMinute: number;
  /** How the clients of a role are told apart: not at all, by address, or by session variables (lower case). */
  readonly by: 'role' | 'address' | readonly string[];
}

/** The limit that a role is under; undefined when it is under none. */
export function limitOf<T>(limits: RoleLimits<T> | undefined, role: string): T | undefined {
  if (limits === undefined || role === 'admin') return undefined;
  const own = limits.roles && Object.hasOwn(limits.roles, role) ? limits.roles[role] : undefined;
  return own ?? limits.global;
}
