// What a compiler of an older release made of the metadata is not served by a newer one: its permissions may be wrong.

import { expect, test } from 'vitest';

import { DEFAULT_COMPILE_OPTIONS } from '../../src/compile/options.ts';
import { HEDGE_VERSION } from '../../src/hedge-version.ts';
import { artifactFormat } from '../../src/metadata-api/compile-version.ts';

test('the format of a stored artifact names the release and every option of the compiler', () => {
  const format = artifactFormat(DEFAULT_COMPILE_OPTIONS);
  expect(format).toContain(HEDGE_VERSION);
  expect(artifactFormat({ ...DEFAULT_COMPILE_OPTIONS, inferFunctionPermissions: false })).not.toBe(format);
});
