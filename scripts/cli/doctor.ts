// `hedge doctor`: a project's weaknesses on standard output.

import { UserError } from '../database/user-error.ts';
import { checkDatabaseRole } from '../doctor/database-role.ts';
import { examine } from '../doctor/doctor.ts';
import { bySeverity, type Finding, type Severity } from '../doctor/finding.ts';
import { RULES } from '../doctor/rules.ts';
import { readSettings } from '../doctor/settings-read.ts';
import { createProgress } from './progress.ts';
import { loadMetadata, openProject } from './project.ts';

/** The flags. */
export interface DoctorOptions {
  readonly project: string;
  readonly env?: string;
  readonly databaseUrl?: string;
  readonly ignore?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Prints findings. @throws UserError when one of them is a danger (or a warning, if `strict`), or the project cannot be read. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const ignored = ignoredRules(options.ignore);
  const project = await openProject(options.project);
  const metadata = await loadMetadata(project, createProgress());
  const settings = await readSettings(project.dir, project.environment, options.env);
  const ofDatabase =
    options.databaseUrl === undefined ? [] : await checkDatabaseRole('default', options.databaseUrl);
  const findings = bySeverity([...examine(metadata, settings), ...ofDatabase]).filter(
    ({ rule }) => !ignored.has(rule),
  );
  process.stdout.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : reportText(findings));
  const failing = findings.filter(({ severity }) => isFailing(severity, options.strict === true));
  if (failing.length > 0) {
    throw new UserError(
      failing.length === 1
        ? 'One weakness must be dealt with.'
        : `${failing.length} weaknesses must be dealt with.`,
    );
  }
}

function isFailing(severity: Severity, strict: boolean): boolean {
  return severity === 'danger' || (strict && severity === 'warning');
}

/** @throws UserError for a rule that does not exist: a misspelt one would not be ignored. */
function ignoredRules(text: string | undefined): ReadonlySet<string> {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  const unknown = given.find((name) => !RULES.has(name));
  if (unknown !== undefined) {
    throw new UserError(`There is no rule "${unknown}". Rules: ${[...RULES.keys()].join(', ')}`);
  }
  return new Set(given);
}

function reportText(findings: readonly Finding[]): string {
  const lines = findings.map(
    ({ severity, rule, place, weakness, remedy }) =>
      `${severity}: ${place}: ${weakness} [${rule}]\n    ${remedy}\n`,
  );
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const sum = `${count('danger')} dangers, ${count('warning')} warnings, ${count('advice')} pieces of advice`;
  return `${lines.join('')}${findings.length === 0 ? 'No weakness found.' : sum}\n`;
}
