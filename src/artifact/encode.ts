// Artifact -> one text the worker bundles, laid out so that a cold isolate decodes only what its request needs:
// a header line, then one block per role: a head line (types, root fields, where each table stands) and the tables.

import { assert } from '../util/assert.ts';
import type { Artifact, RoleModel } from './types.ts';

/** Where a block stands: [offset, length] in UTF-16 units. */
export type Extent = readonly [number, number];

/** First line of the text. Role extents count from the character after it. */
export interface ArtifactHeader {
  readonly version: number;
  readonly sources: Artifact['sources'];
  readonly inconsistencies: Artifact['inconsistencies'];
  readonly roles: Readonly<Record<string, Extent>>;
}

/** First line of a role's block. Table extents count from the character after it. */
export interface RoleHead {
  readonly role: string;
  readonly types: RoleModel['types'];
  readonly queryFields: RoleModel['queryFields'];
  /** By `TableRef`: type name, then where the table stands. */
  readonly tables: readonly (readonly [string, number, number])[];
}

/**
 * Deterministic text of an artifact: equal artifacts give equal text. Only ASCII comes out, so that V8 keeps the
 * whole text at one byte a character.
 */
export function encodeArtifact(artifact: Artifact): string {
  const roles: Record<string, Extent> = {};
  let body = '';
  for (const role of artifact.roles) {
    const block = encodeRole(role);
    roles[role.role] = [body.length, block.length];
    body += block;
  }
  const header: ArtifactHeader = {
    version: artifact.version,
    sources: artifact.sources,
    inconsistencies: artifact.inconsistencies,
    roles,
  };
  return `${asciiJson(header)}\n${body}`;
}

function encodeRole(role: RoleModel): string {
  let blocks = '';
  const tables: (readonly [string, number, number])[] = [];
  for (const table of role.tables) {
    const text = asciiJson(table);
    tables.push([table.typeName, blocks.length, text.length]);
    blocks += text;
  }
  const head: RoleHead = { role: role.role, types: role.types, queryFields: role.queryFields, tables };
  return `${asciiJson(head)}\n${blocks}`;
}

function asciiJson(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  assert(!text.includes('\n'), 'JSON on one line');
  return text;
}
