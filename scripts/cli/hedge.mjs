#!/usr/bin/env node
// Starts the command line on a Node that runs TypeScript: this one when it is new enough, else the one npm installed
// with the packages. Plain JavaScript, as it must run on old versions.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = [22, 18];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
  await import('./main.ts');
} else {
  runOnPackagedNode();
}

function runOnPackagedNode() {
  const main = join(dirname(fileURLToPath(import.meta.url)), 'main.ts');
  // The channel ends when this process dies, however that comes; the child then stops as after Ctrl-C.
  const child = spawn(packagedNode(), [main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`hedge: Node could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 1);
  });
}

function packagedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    console.error(
      `hedge needs Node ${OLDEST.join('.')} or newer. This is ${process.version}, and the package "node" that brings ` +
        'a newer one is not installed: run npm ci, with install scripts allowed.',
    );
    return process.exit(1);
  }
}
