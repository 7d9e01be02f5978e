// Artifact text -> the part of one role that a request touches. Tables are decoded when first looked at.

import { assert, must } from '../util/assert.ts';
import { sha256Hex } from '../util/sha256.ts';
import { openBlocks, rootFieldOf } from './decode-parts.ts';
import type { SharedWrites, WritesView } from './decode-writes.ts';
import { hasBackendOnly, NO_WRITES, openSharedWrites, openWrites } from './decode-writes.ts';
import type { ArtifactHeader, Extent, RoleHead, RoleTable, SharedHead, SharedTable } from './layout.ts';
import { IN_QUERY, IN_SUBSCRIPTION, ROOTS_UNIT, unpackField } from './layout.ts';
import type { RelayView } from './relay.ts';
import { renumberField } from './renumber.ts';
import type { RootFields } from './root-fields.ts';
import { rootFields } from './root-fields.ts';
import { aggregateFieldName, rowsTypeName, type SourceNaming, type TableTypeKind } from './type-names.ts';
import type {
  ArrayRelationshipField,
  BoolExp,
  ComputedField,
  FieldModel,
  RootField,
  ScalarType,
  SchemaFeatures,
  SourceModel,
  StoredQueries,
  TableModel,
  TableRef,
  TypeRef,
} from './types.ts';
import { ARTIFACT_VERSION } from './types.ts';

/** Of sources that say nothing of features. */
const DEFAULT_FEATURES: SchemaFeatures = { aggregatePredicates: true, groupBy: false };

/** A table as the planner and introspection read it. */
export interface TableView extends TableModel {
  readonly ref: TableRef;
  /** Of its source. */
  readonly naming: SourceNaming;
  /** Of its source. */
  readonly features: SchemaFeatures;
  /** The name of a type made from the table: `author_bool_exp`. */
  typeOf(kind: TableTypeKind): string;
  /** The field of that GraphQL name, `_aggregate` siblings not included; undefined when the role has none. */
  field(name: string): FieldModel | undefined;
  /** The array relationship or computed field whose `_aggregate` sibling is called `name`. */
  aggregated(name: string): ArrayRelationshipField | ComputedField | undefined;
}

/** One role's schema, decoded lazily. */
export interface RoleView {
  readonly role: string;
  readonly query: RootFields;
  readonly subscription: RootFields;
  /** Number of tables; their refs are 0 … tableCount-1. */
  readonly tableCount: number;
  type(ref: TypeRef): ScalarType;
  table(ref: TableRef): TableView;
  /** What the role may write, and the fields of its mutation root. */
  writes(): WritesView;
  /** Present where the role is seen through the Relay API: see `relayRole`. */
  readonly relay?: RelayView;
}

/** The artifact as the worker holds it. */
export interface ArtifactView {
  readonly header: ArtifactHeader;
  /**
   * The role's view; for a role the metadata does not mention, a role that sees nothing. A `backend` view has the
   * mutations that permissions keep for backends.
   */
  role(name: string, backend?: boolean): RoleView;
  /** The operations of query collections that are served; undefined when there are none. */
  storedQueries(): StoredQueries | undefined;
  /** The metadata document it was made from; undefined where it does not carry one. */
  document(): unknown;
  /** SHA-256 of the text in hexadecimal, made when first asked for. Artifacts that have it in common answer alike. */
  digest(): Promise<string>;
}

/**
 * Opens an artifact text. Only the header line is parsed.
 * @throws Error when the text was written by another version of the compiler.
 */
export function openArtifact(text: string): ArtifactView {
  const end = text.indexOf('\n');
  assert(end > 0, 'an artifact text begins with its header line');
  const header = JSON.parse(text.slice(0, end)) as ArtifactHeader;
  if (header.version !== ARTIFACT_VERSION) {
    throw new Error(
      `The artifact has version ${header.version}, this worker reads version ${ARTIFACT_VERSION}: build again.`,
    );
  }
  let shared: Shared | undefined;
  let storedQueries: StoredQueries | undefined;
  const roles = new Map<string, RoleView>();
  const backendRoles = new Map<string, RoleView>();
  let sharedWrites: SharedWrites | undefined;
  let digest: Promise<string> | undefined;
  const open = (name: string, [offset]: Extent): RoleView => {
    shared ??= openShared(text, end + 1);
    const view = openRole(name, text, end + 1 + offset, shared, header.sources);
    return { ...view, writes: writesOf(name, false) };
  };
  const writesOf = (name: string, backend: boolean): (() => WritesView) => {
    let writes: WritesView | undefined;
    return () => {
      const { writes: extents, sources } = header;
      if (!extents) return NO_WRITES;
      sharedWrites ??= openSharedWrites(text, end + 1 + extents.shared[0]);
      const [offset] = must(extents.roles[name], 'each role has a part');
      return (writes ??= openWrites(text, end + 1 + offset, sharedWrites, { backend, sources }));
    };
  };
  /** The backend's view of a role; another one only where there is a difference. */
  const backendView = (name: string, view: RoleView): RoleView => {
    const known = backendRoles.get(name);
    if (known) return known;
    const extent = header.writes?.roles[name];
    const differs = extent !== undefined && hasBackendOnly(text, end + 1 + extent[0]);
    const own = differs ? { ...view, writes: writesOf(name, true) } : view;
    backendRoles.set(name, own);
    return own;
  };
  return {
    header,
    document() {
      if (!header.document) return undefined;
      const start = end + 1 + header.document[0];
      return JSON.parse(text.slice(start, start + header.document[1])) as unknown;
    },
    digest: () => (digest ??= sha256Hex(text)),
    storedQueries() {
      if (header.storedQueries && !storedQueries) {
        const [offset, length] = header.storedQueries;
        storedQueries = JSON.parse(text.slice(end + 1 + offset, end + 1 + offset + length)) as StoredQueries;
      }
      return storedQueries;
    },
    role(name, backend = false) {
      let view = roles.get(name);
      if (!view) {
        const extent = Object.hasOwn(header.roles, name) ? header.roles[name] : undefined;
        if (!extent) return emptyRole(name); // not kept: names come from requests and would fill the map
        view = open(name, extent);
        roles.set(name, view);
      }
      return backend ? backendView(name, view) : view;
    },
  };
}

/** What the roles have in common. */
interface Shared {
  readonly head: SharedHead;
  table(n: number): SharedTable;
}

function openShared(text: string, start: number): Shared {
  const { head, block } = openBlocks<SharedHead>(text, start, ({ tables }) =>
    tables.map(([length]) => length),
  );
  const tables: SharedTable[] = [];
  return { head, table: (n) => (tables[n] ??= block(n) as SharedTable) };
}

function openRole(
  role: string,
  text: string,
  start: number,
  shared: Shared,
  sources: readonly SourceModel[],
): Omit<RoleView, 'writes'> {
  const { head, block } = openBlocks<RoleHead>(text, start, ({ tables }) =>
    tables.map(([, length]) => length),
  );
  const refs = new Map(head.tables.map(([n], ref) => [n, ref]));
  const to = {
    type: (ref: TypeRef) => ref,
    table: (n: number) => must(refs.get(n), 'a relationship leads to a table of the role'),
  };
  const decode = (ref: TableRef): TableView => {
    const [n] = must(head.tables[ref], 'a table reference of the role');
    const { source, table, rowsOf, typeName, baseName, description, relay, fields: all } = shared.table(n);
    const [own, primaryKey, filter, limit, allowAggregations, visible = []] = block(ref) as RoleTable;
    const fields = own.map((i) => renumberField(unpackField(must(all[i], 'a field of the table')), to));
    for (const [rows, places] of visible) {
      for (const i of places) fields[i] = visibleIn(must(fields[i], 'a field of the role'), rows);
    }
    const byName = new Map(fields.map((f) => [f.name, f]));
    const { naming, features = DEFAULT_FEATURES } = must(
      sources.find((s) => s.name === source),
      'a source of the artifact',
    );
    let siblings: ReturnType<typeof aggregateSiblings> | undefined;
    return {
      source,
      table,
      typeName,
      baseName,
      description,
      fields,
      primaryKey,
      filter,
      limit,
      allowAggregations: allowAggregations === 1,
      ...(rowsOf && { rowsOf }),
      ...(relay && { relay }),
      ref,
      naming,
      features,
      typeOf: (kind) => rowsTypeName(naming, { baseName, rowsOf }, kind),
      field: (name) => byName.get(name),
      aggregated: (name) => (siblings ??= aggregateSiblings(fields, naming)).get(name),
    };
  };
  const tables: TableView[] = [];
  let subscription: RootFields | undefined;
  return {
    role,
    query: rootFields(rootFieldsIn(IN_QUERY, head, shared.head), sources),
    get subscription() {
      return (subscription ??= rootFields(rootFieldsIn(IN_SUBSCRIPTION, head, shared.head), sources));
    },
    tableCount: head.tables.length,
    type: (ref) => must(shared.head.types[ref], 'a type reference of the artifact'),
    table: (ref) => (tables[ref] ??= decode(ref)),
  };
}

function aggregateSiblings(
  fields: readonly FieldModel[],
  { convention }: SourceNaming,
): ReadonlyMap<string, ArrayRelationshipField | ComputedField> {
  return new Map(
    fields.flatMap((field) => {
      if (field.kind === 'array_relationship') {
        if (field.selectOnly) return [];
      } else if (field.kind !== 'computed_field' || field.returns.kind !== 'table') return [];
      return [[aggregateFieldName(convention, field.name), field] as const];
    }),
  );
}

function visibleIn(field: FieldModel, visible: BoolExp): FieldModel {
  assert(field.kind === 'column' || field.kind === 'computed_field', 'values alone are hidden by row');
  return { ...field, visible };
}

/** The fields of one of a role's roots, sorted by name. */
function rootFieldsIn(
  root: number,
  { tables, rootFields }: RoleHead,
  shared: SharedHead,
): readonly RootField[] {
  const fields: RootField[] = [];
  for (let i = 0; i < rootFields.length; i += 2) {
    const table = must(rootFields[i], 'root fields come in pairs');
    const placed = must(rootFields[i + 1], 'root fields come in pairs');
    if ((placed & root) === 0) continue;
    const [n] = must(tables[table], 'a table of the role');
    const known = must(shared.tables[n], 'a table of the artifact')[1];
    fields.push(
      rootFieldOf(must(known[Math.floor(placed / ROOTS_UNIT)], 'a root field of the table'), table),
    );
  }
  return fields;
}

function emptyRole(role: string): RoleView {
  return {
    role,
    query: rootFields([], []),
    subscription: rootFields([], []),
    tableCount: 0,
    type: () => must<ScalarType>(undefined, 'a role without tables has no types'),
    table: () => must<TableView>(undefined, 'a role without tables has no tables'),
    writes: () => NO_WRITES,
  };
}
