// What a check of a project's security says: one weakness, where it is, and the way out.

/**
 * `danger`: somebody gets what they must not have. `warning`: a safeguard is missing or weak. `advice`: worth a decision,
 * and right in many projects.
 */
export type Severity = 'danger' | 'warning' | 'advice';

export interface Finding {
  /** Names the rule, for `--ignore`. */
  readonly rule: string;
  readonly severity: Severity;
  /** `file:line:column`, or the setting that is meant. */
  readonly place: string;
  readonly weakness: string;
  /** What to do about it. */
  readonly remedy: string;
}

const ORDER: readonly Severity[] = ['danger', 'warning', 'advice'];

/** The worst first; among equals in the order they were found. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}
