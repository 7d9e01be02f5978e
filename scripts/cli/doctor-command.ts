// `hedge doctor` as the command line shows it; doctor.ts does it.

import { Command } from 'commander';

import type { DoctorOptions } from './doctor.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('name the weaknesses of a project and its settings')
    .description(
      'Reads metadata/, wrangler’s configuration and the environment as a deployment has them, and prints each weakness with the way out. Exit code 1 when one is a danger.',
    )
    .option('--project <folder>', 'folder with metadata/ and wrangler.toml', '.')
    .option('--env <name>', 'the environment of wrangler’s configuration')
    .option('--database-url <url>', 'also look at the rights of this connection’s role')
    .option('--ignore <rules>', 'rules to leave out, with commas between')
    .option('--strict', 'warnings fail, too')
    .option('--json', 'print the findings as JSON')
    .action(async (options: DoctorOptions) => await (await import('./doctor.ts')).doctor(options));
}
