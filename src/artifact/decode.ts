// Artifact text -> the part of one role that a request touches. Tables are decoded when first looked at.

import { assert, must } from '../util/assert.ts';
import type { ArtifactHeader, RoleHead } from './encode.ts';
import type { FieldModel, RootField, ScalarType, TableModel, TableRef, TypeRef } from './types.ts';
import { ARTIFACT_VERSION } from './types.ts';

/** A table as the planner and introspection read it. */
export interface TableView extends TableModel {
  readonly ref: TableRef;
  /** The field of that GraphQL name, `_aggregate` siblings not included; undefined when the role has none. */
  field(name: string): FieldModel | undefined;
}

/** One role's schema, decoded lazily. */
export interface RoleView {
  readonly role: string;
  readonly queryFields: ReadonlyMap<string, RootField>;
  /** Number of tables; their refs are 0 … tableCount-1. */
  readonly tableCount: number;
  type(ref: TypeRef): ScalarType;
  table(ref: TableRef): TableView;
}

/** The artifact as the worker holds it. */
export interface ArtifactView {
  readonly header: ArtifactHeader;
  /** The role's view; for a role the metadata does not mention, a role that sees nothing. */
  role(name: string): RoleView;
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
  const roles = new Map<string, RoleView>();
  return {
    header,
    role(name) {
      let view = roles.get(name);
      if (view) return view;
      const extent = Object.hasOwn(header.roles, name) ? header.roles[name] : undefined;
      if (!extent) return emptyRole(name); // not kept: names come from requests and would fill the map
      view = openRole(text, end + 1 + extent[0], extent[1]);
      roles.set(name, view);
      return view;
    },
  };
}

function openRole(text: string, start: number, length: number): RoleView {
  const headEnd = text.indexOf('\n', start);
  assert(headEnd > 0 && headEnd < start + length, 'a role block begins with its head line');
  const head = JSON.parse(text.slice(start, headEnd)) as RoleHead;
  const tables: (TableView | undefined)[] = [];
  return {
    role: head.role,
    queryFields: new Map(head.queryFields.map((f) => [f.name, f])),
    tableCount: head.tables.length,
    type: (ref) => must(head.types[ref], 'a type reference of the role'),
    table(ref) {
      let view = tables[ref];
      if (view) return view;
      const [, offset, size] = must(head.tables[ref], 'a table reference of the role');
      const from = headEnd + 1 + offset;
      view = tableView(ref, JSON.parse(text.slice(from, from + size)) as TableModel);
      tables[ref] = view;
      return view;
    },
  };
}

function tableView(ref: TableRef, model: TableModel): TableView {
  const byName = new Map(model.fields.map((f) => [f.name, f]));
  return { ...model, ref, field: (name) => byName.get(name) };
}

function emptyRole(role: string): RoleView {
  return {
    role,
    queryFields: new Map(),
    tableCount: 0,
    type: () => must<ScalarType>(undefined, 'a role without tables has no types'),
    table: () => must<TableView>(undefined, 'a role without tables has no tables'),
  };
}
