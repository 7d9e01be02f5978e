// Which object of the metadata has which root field: no name may be given twice below one parent.

import { namespaceTypeName } from '../../artifact/type-names.ts';
import type { TrackedSource } from './tracked.ts';

/** A root field an object would have. */
export interface ClaimedField {
  readonly root: 'query' | 'mutation' | 'subscription';
  readonly name: string;
}

export interface RootClaims {
  /** Why `owner`, an object of `source`, cannot have the fields, in Hasura's words; null when it can. */
  conflict(source: TrackedSource, fields: readonly ClaimedField[], owner: string): string | null;
  /** Gives it the fields. */
  take(source: TrackedSource, fields: readonly ClaimedField[], owner: string): void;
}

/** Nobody has anything yet. */
export function createRootClaims(): RootClaims {
  const owners = new Map<string, string>();
  /** The source whose namespace a field is; sources that share one are one parent. */
  const namespaces = new Map<string, string>();
  const key = (root: string, namespace: string | null, name: string): string =>
    JSON.stringify([root, namespace, name]);
  return {
    conflict({ metadata, naming }, fields, owner) {
      const { namespace } = naming;
      const own = new Set<string>();
      for (const { root, name } of fields) {
        if (namespace !== null) {
          const other = owners.get(key(root, null, namespace));
          if (other !== undefined)
            return conflictText(`${root}_root`, namespace, other, `source ${metadata.name}`);
        }
        const claimed = key(root, namespace, name);
        const other = own.has(claimed)
          ? owner
          : (owners.get(claimed) ?? (namespace === null ? namespaces.get(key(root, null, name)) : undefined));
        if (other !== undefined) return conflictText(parentName(naming, root), name, other, owner);
        own.add(claimed);
      }
      return null;
    },
    take({ metadata, naming: { namespace } }, fields, owner) {
      for (const { root, name } of fields) {
        owners.set(key(root, namespace, name), owner);
        if (namespace !== null) namespaces.set(key(root, null, namespace), `source ${metadata.name}`);
      }
    },
  };
}

function parentName(naming: TrackedSource['naming'], root: ClaimedField['root']): string {
  if (naming.namespace === null) return `${root}_root`;
  return namespaceTypeName(naming, naming.namespace, root === 'mutation' ? 'mutation_frontend' : root);
}

function conflictText(parent: string, field: string, first: string, second: string): string {
  return (
    `Encountered conflicting definitions in the selection set for '${parent}' for field '${field}' ` +
    `defined in [${first}, ${second}]. Fields must not be defined more than once across all sources.`
  );
}
