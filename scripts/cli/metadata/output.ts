// A metadata document -> text on standard output, in the format that a flag asks for.

import { stringify } from 'yaml';

import { UserError } from '../../database/user-error.ts';

/** @throws UserError for another format than json and yaml. */
export function printDocument(document: unknown, format: string): void {
  switch (format) {
    case 'json':
      console.log(JSON.stringify(document, null, 2));
      break;
    case 'yaml':
      process.stdout.write(stringify(document, { lineWidth: 0 }));
      break;
    default:
      throw new UserError('--output takes json or yaml.');
  }
}
