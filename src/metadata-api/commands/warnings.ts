// What of a command over several objects failed while the rest was done -> warnings in its answer, or its error.

import { HedgeError } from '../../error/hedge-error.ts';
import { type Path, pathText } from '../../error/path.ts';
import type { Change, ObjectId } from '../types.ts';

export interface Warning {
  readonly message: string;
  readonly type: string;
  readonly name: string;
  readonly code: string;
}

/** `code` is `track-table-failed`, … */
export function warning(code: string, message: string, { type, name }: ObjectId): Warning {
  return { message, type, name, code };
}

/** `{"message":"success"}`, with the warnings when there are any. */
export function successWith(warnings: readonly Warning[]): Change['answer'] {
  return warnings.length === 0 ? undefined : () => ({ message: 'success', warnings });
}

/** @throws HedgeError `metadata-warnings` when there are warnings and the command does not allow them. */
export function checkWarnings(warnings: readonly Warning[], allowed: boolean, path: Path): void {
  if (allowed || warnings.length === 0) return;
  throw new HedgeError('metadata-warnings', 'failed due to metadata warnings', {
    path: pathText(path),
    internal: warnings,
  });
}

/** @throws HedgeError, always: not one of the objects could be done. */
export function failAll(message: string, warnings: readonly Warning[], path: Path): never {
  throw new HedgeError('invalid-configuration', message, { path: pathText(path), internal: warnings });
}
