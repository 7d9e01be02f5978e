// The permissions of the metadata -> those that give more than they seem to.

import type { DocumentPath } from '../../src/metadata/problem.ts';
import type {
  BooleanExpression,
  Columns,
  Metadata,
  PermissionEntry,
  TableMetadata,
} from '../../src/metadata/types.ts';
import type { Finding } from './finding.ts';

/** A finding about a place in the metadata. */
export type MetadataFinding = Omit<Finding, 'place'> & { readonly path: DocumentPath };

/** Words of column names whose values few should see. */
const DELICATE =
  /(?:^|_)(?:password|passwd|pwd|secret|token|api_?key|private_?key|salt|hash|ssn|iban|card_?number|cvv|otp)(?:_|$)/i;

const KINDS = ['select', 'insert', 'update', 'delete'] as const;
type Kind = (typeof KINDS)[number];

/** Any of the four, as far as it is looked at here. */
interface Rights {
  readonly columns?: Columns;
  readonly filter?: BooleanExpression;
  readonly check?: BooleanExpression | null;
  readonly limit?: number | null;
  readonly backend_only?: boolean;
}

interface Given {
  readonly kind: Kind;
  readonly role: string;
  readonly rights: Rights;
  readonly on: string;
  readonly path: DocumentPath;
}

/** Findings about every permission; `unauthorizedRole` is the role of callers who say nothing of themselves. */
export function checkPermissions(
  metadata: Metadata,
  unauthorizedRole: string | null,
): readonly MetadataFinding[] {
  return givenPermissions(metadata).flatMap((given) => [
    ...(given.role === unauthorizedRole ? toStrangers(given) : toKnown(given)),
    ...columnsOf(given),
  ]);
}

function givenPermissions(metadata: Metadata): readonly Given[] {
  return metadata.sources.flatMap(({ tables }, s) =>
    tables.flatMap((table, t) =>
      KINDS.flatMap((kind) =>
        entriesOf(table, kind).map(({ role, permission }, p) => ({
          kind,
          role,
          rights: permission,
          on: `${table.table.schema}.${table.table.name}`,
          path: ['sources', s, 'tables', t, `${kind}_permissions`, p],
        })),
      ),
    ),
  );
}

function entriesOf(table: TableMetadata, kind: Kind): readonly PermissionEntry<Rights>[] {
  switch (kind) {
    case 'select':
      return table.select_permissions ?? [];
    case 'insert':
      return table.insert_permissions ?? [];
    case 'update':
      return table.update_permissions ?? [];
    case 'delete':
      return table.delete_permissions ?? [];
  }
}

/** Whoever asks without a token may say anything of themselves. */
function* toStrangers({ kind, role, rights, on, path }: Given): Generator<MetadataFinding> {
  const read = sessionVariables([rights.filter, rights.check]);
  if (read.length > 0) {
    yield {
      rule: 'stranger-claims',
      severity: 'danger',
      path,
      weakness: `the ${kind} permission of ${role} on ${on} trusts ${read.join(', ')}, which a caller without token sets by a header`,
      remedy: 'compare with constants only in permissions of the unauthorized role',
    };
  }
  if (kind !== 'select' && rights.backend_only !== true) {
    yield {
      rule: 'stranger-writes',
      severity: 'warning',
      path,
      weakness: `anybody may ${kind} rows of ${on} without a token, as ${role}`,
      remedy: 'give the permission to a role of known users, or set backend_only',
    };
  }
  if (kind === 'select' && (rights.limit ?? null) === null) {
    yield {
      rule: 'stranger-reads-without-limit',
      severity: 'warning',
      path,
      weakness: `anybody may read all rows of ${on} at once, as ${role}`,
      remedy: 'set limit in the permission',
    };
  }
}

function* toKnown({ kind, role, rights, on, path }: Given): Generator<MetadataFinding> {
  if ((kind === 'update' || kind === 'delete') && isEmpty(rights.filter)) {
    yield {
      rule: 'writes-all-rows',
      severity: 'warning',
      path,
      weakness: `${role} may ${kind} every row of ${on}`,
      remedy: 'say in filter which rows are theirs',
    };
  }
  if (kind === 'insert' && isEmpty(rights.check)) {
    yield {
      rule: 'inserts-any-row',
      severity: 'advice',
      path,
      weakness: `${role} may insert any row into ${on}, also in the name of others`,
      remedy: 'say in check what must be true of a row, or set its owner by a preset',
    };
  }
  if (kind === 'update' && !isEmpty(rights.filter) && isEmpty(rights.check ?? undefined)) {
    yield {
      rule: 'update-without-check',
      severity: 'advice',
      path,
      weakness: `${role} may change rows of ${on} into rows that the filter would not let them touch`,
      remedy: 'repeat in check what filter says, as far as it must stay true',
    };
  }
}

function* columnsOf({ kind, role, rights, on, path }: Given): Generator<MetadataFinding> {
  // An insert permission without columns gives all of them.
  if (kind !== 'delete' && (rights.columns ?? '*') === '*') {
    yield {
      rule: 'all-columns',
      severity: 'warning',
      path: [...path, 'permission', ...(rights.columns === undefined ? [] : ['columns'])],
      weakness: `${role} may ${kind} all columns of ${on}, also those that migrations add later`,
      remedy: 'list the columns',
    };
  }
  if (kind !== 'select' || !Array.isArray(rights.columns)) return;
  const delicate = rights.columns.filter((column) => DELICATE.test(column));
  if (delicate.length > 0) {
    yield {
      rule: 'delicate-columns',
      severity: 'warning',
      path: [...path, 'permission', 'columns'],
      weakness: `${role} may read ${delicate.join(', ')} of ${on}`,
      remedy: 'take them out of columns unless this role has to see them',
    };
  }
}

function isEmpty(expression: BooleanExpression | null | undefined): boolean {
  return expression === undefined || expression === null || Object.keys(expression).length === 0;
}

/** Names of the session variables anywhere in expressions. */
function sessionVariables(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^x-hasura-/i.test(value) ? [value.toLowerCase()] : [];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(sessionVariables))];
}
