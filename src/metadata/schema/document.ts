// The whole document of version 3.
import * as v from 'valibot';

import type { Metadata } from '../types.ts';
import { list, object, type Schema } from './common.ts';
import { sections } from './sections.ts';
import { source } from './source.ts';

export const document: Schema<Metadata> = object({
  version: v.literal(3, '3'),
  sources: list(source),
  ...sections,
});
