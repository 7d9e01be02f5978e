// A path -> whether an unprivileged user can get to it. Postgres refuses to run as root, so as root it runs as
// `nobody`, who cannot enter, for example, a project below root's own home directory.

import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** How child processes of the embedded Postgres are started: as `nobody` when we are root, else as ourselves. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** The traditional ids of `nobody`; it needs no entry in /etc/passwd. */
const NOBODY = { uid: 65_534, gid: 65_534 } as const;

/** `nobody` when this process is root, otherwise nothing to change. */
export function runAs(): RunAs {
  return process.getuid?.() === 0 ? NOBODY : {};
}

/** Whether everyone may enter all folders above `path`, which need not exist itself; true when we run as ourselves. */
export function isReachable(path: string, as: RunAs): boolean {
  if (as.uid === undefined) return true;
  let folder = dirname(path);
  for (;;) {
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats) {
      // The real path counts: a link may lead out of one private folder or into another.
      folder = realpathSync(folder);
      if ((stats.mode & 0o001) === 0) return false;
    }
    const parent = dirname(folder);
    if (parent === folder) return true;
    folder = parent;
  }
}
