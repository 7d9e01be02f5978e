// A role's root fields in a list -> by name, those of sources with a namespace below its field.

import { must } from '../util/assert.ts';
import type { SourceNaming } from './type-names.ts';
import type { RootField, SourceModel } from './types.ts';

/** The fields of one root. */
export interface RootFields<Field = RootField> {
  /** Those that stand in the root itself. */
  readonly fields: ReadonlyMap<string, Field>;
  /** By name: fields below which those of a source stand, and those of other sources with the same namespace. */
  readonly namespaces: ReadonlyMap<string, Namespace<Field>>;
}

export interface Namespace<Field = RootField> {
  readonly name: string;
  /** Of the first source that has it: names the type, see `namespaceTypeName`. */
  readonly naming: SourceNaming;
  readonly fields: ReadonlyMap<string, Field>;
}

/** Puts a role's root fields where a client finds them; the order of `all` stays. */
export function rootFields<Field extends { readonly name: string; readonly namespace: string | null }>(
  all: readonly Field[],
  sources: readonly SourceModel[],
): RootFields<Field> {
  const fields = new Map<string, Field>();
  const namespaces = new Map<string, Namespace<Field> & { readonly fields: Map<string, Field> }>();
  for (const field of all) {
    const { name, namespace } = field;
    if (namespace === null) {
      fields.set(name, field);
      continue;
    }
    let below = namespaces.get(namespace);
    if (!below) {
      const { naming } = must(
        sources.find((s) => s.namespace === namespace),
        'a namespace of a source',
      );
      namespaces.set(namespace, (below = { name: namespace, naming, fields: new Map() }));
    }
    below.fields.set(name, field);
  }
  return { fields, namespaces };
}
