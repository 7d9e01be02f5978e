// The runner's folder of cases -> temporary ones with the suites of some areas, a folder for each run beside another.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { must } from '../../src/util/assert.ts';

interface Suite {
  readonly area: string;
  readonly profile: string;
  readonly cases: readonly { readonly transports?: readonly string[] }[];
}

interface CaseFile {
  readonly profiles?: Readonly<Record<string, unknown>>;
  readonly suites?: readonly Suite[];
}

/** Folders for the runner's `--cases`. */
export interface CaseFolders {
  readonly dirs: readonly string[];
  remove(): Promise<void>;
}

/**
 * Shares the suites whose area begins with one of `areas` out to at most `shares` folders of about as many cases each;
 * a folder without suites is left out. What one start of the server serves stays together.
 */
export async function caseFolders(
  casesDir: string,
  areas: readonly string[],
  shares: number,
): Promise<CaseFolders> {
  const { profiles, suites } = await readCases(casesDir);
  const wanted = suites.filter(({ area }) => areas.some((prefix) => area.startsWith(prefix)));
  const shared = shareOut(wanted, shares).filter((share) => share.length > 0);
  const dirs: string[] = [];
  for (const share of shared) {
    const dir = await mkdtemp(join(tmpdir(), 'hedge-conformance-'));
    dirs.push(dir);
    await writeFile(join(dir, 'cases.json'), JSON.stringify({ profiles, suites: share }));
  }
  return {
    dirs,
    async remove() {
      for (const dir of dirs) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function readCases(
  dir: string,
): Promise<{ readonly profiles: Record<string, unknown>; readonly suites: readonly Suite[] }> {
  const profiles: Record<string, unknown> = {};
  const suites: Suite[] = [];
  for (const name of (await readdir(dir)).filter((file) => file.endsWith('.json')).sort()) {
    const file = JSON.parse(await readFile(join(dir, name), 'utf8')) as CaseFile;
    Object.assign(profiles, file.profiles);
    suites.push(...(file.suites ?? []));
  }
  return { profiles, suites };
}

/** The largest first, each to the share with the fewest cases so far. */
function shareOut(suites: readonly Suite[], shares: number): Suite[][] {
  const units = new Map<string, Suite[]>();
  for (const [i, suite] of suites.entries()) {
    const key = unitOf(suite, i);
    units.set(key, [...(units.get(key) ?? []), suite]);
  }
  const result = Array.from({ length: shares }, () => ({ suites: [] as Suite[], cases: 0 }));
  for (const unit of [...units.values()].sort((a, b) => caseCount(b) - caseCount(a))) {
    const least = must(
      result.toSorted((a, b) => a.cases - b.cases)[0],
      'there is at least one share of the cases',
    );
    least.suites.push(...unit);
    least.cases += caseCount(unit);
  }
  return result.map((share) => share.suites);
}

/** Suites of one profile need one start; the key pairs that tokens are signed with are made by whoever comes first. */
function unitOf({ profile }: Suite, index: number): string {
  if (profile === 'default') return `suite ${index}`;
  return profile.startsWith('jwt-') ? 'jwt' : profile;
}

function caseCount(suites: readonly Suite[]): number {
  return suites.reduce(
    (sum, { cases }) =>
      sum + cases.reduce((count, { transports = ['http'] }) => count + transports.length, 0),
    0,
  );
}
