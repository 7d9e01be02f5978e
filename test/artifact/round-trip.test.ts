// An artifact taken through its text: every role sees what was compiled for it, whatever other roles see of the same
// tables under other numbers, and what is alike is written once.

import { describe, expect, it } from 'vitest';

import type { ArtifactView } from '../../src/artifact/decode.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import type {
  Artifact,
  BoolExp,
  FieldModel,
  FunctionModel,
  RoleModel,
  ScalarType,
  TableModel,
} from '../../src/artifact/types.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';

const INT: ScalarType = {
  pg: { schema: 'pg_catalog', name: 'int4' },
  array: false,
  kind: 'base',
  graphql: 'Int',
};
const TEXT: ScalarType = {
  pg: { schema: 'pg_catalog', name: 'text' },
  array: true,
  kind: 'base',
  graphql: 'String',
};
const MOOD: ScalarType = {
  pg: { schema: 'public', name: 'möd' },
  array: false,
  kind: 'enum',
  graphql: 'mood',
};

const CALL = {
  function: { schema: 'public', name: 'f' },
  arguments: [{ kind: 'row' }, { kind: 'client', index: 0 }, { kind: 'session' }],
} as const;
const OTHER = { schema: 'public', name: 'b' };

/** Every kind of field, by the role's numbers for three types and the tables a and b. */
function fieldsOfA([int, text, mood]: readonly [number, number, number], a: number, b: number): FieldModel[] {
  return [
    { kind: 'column', name: 'id', column: 'id', type: int, nullable: false, description: null },
    { kind: 'column', name: 'mood', column: 'feeling "ü"', type: mood, nullable: true, description: null },
    { kind: 'column', name: 'tags', column: 'tags', type: text, nullable: true, description: 'both\nlines' },
    { kind: 'object_relationship', name: 'self', table: a, mapping: [['id', 'id']], nullable: false, description: 'x' },
    { kind: 'array_relationship', name: 'bs', table: b, mapping: [['id', 'a_id']], description: null },
    {
      kind: 'computed_field',
      name: 'scalar',
      call: CALL,
      arguments: [{ name: 'n', sqlName: null, type: int, hasDefault: true }],
      returns: { kind: 'scalar', type: mood },
      description: null,
    },
    {
      kind: 'computed_field',
      name: 'rows',
      call: CALL,
      arguments: [],
      returns: { kind: 'table', table: b },
      description: 'of b',
    },
  ]; // prettier-ignore
}

/** Every kind of expression; the literal looks like numbered things and is none. */
function everyExp([int, text, mood]: readonly [number, number, number]): BoolExp {
  const literal = { kind: 'literal', value: { type: 0, to: 1, table: 1 } } as const;
  const session = { kind: 'session', name: 'x-hasura-user-id' } as const;
  return {
    kind: 'and',
    exps: [
      { kind: 'true' },
      { kind: 'compare', column: 'id', type: int, op: '_eq', value: session },
      { kind: 'or', exps: [{ kind: 'compare', column: 'tags', type: text, op: '_contains', value: literal }] },
      {
        kind: 'not',
        exp: { kind: 'cast', column: 'mood', type: mood, to: text, op: '_in', value: { kind: 'list', items: [session, literal] } },
      },
      { kind: 'compare_columns', column: 'id', op: '_ceq', other: 'a_id', via: [{ table: OTHER, mapping: [['id', 'a_id']] }], root: true },
      {
        kind: 'relationship',
        table: OTHER,
        mapping: [['id', 'a_id']],
        exp: { kind: 'exists', table: OTHER, exp: { kind: 'compare', column: 'id', type: int, op: '_gt', value: literal } },
      },
      { kind: 'computed_field', call: CALL, type: mood, op: '_eq', value: session },
      { kind: 'computed_table', call: CALL, exp: { kind: 'compare', column: 'id', type: int, op: '_lt', value: session } },
    ],
  }; // prettier-ignore
}

function table(typeName: string, fields: readonly FieldModel[], rest: Partial<TableModel> = {}): TableModel {
  return {
    source: 'default',
    table: { schema: 'public', name: typeName },
    typeName,
    baseName: typeName,
    description: `the ${typeName}s`,
    fields: [...fields].sort((x, y) => (x.name < y.name ? -1 : 1)),
    primaryKey: null,
    filter: { kind: 'true' },
    limit: null,
    allowAggregations: false,
    ...rest,
  };
}

const IDS: FieldModel[] = [
  { kind: 'column', name: 'id', column: 'id', type: 0, nullable: false, description: null },
];

/** A function that takes a number. */
const functionOf = (int: number): FunctionModel => ({
  name: 'f',
  call: CALL,
  arguments: [{ name: 'n', sqlName: 'n', type: int, hasDefault: false }],
  argsTypeName: 'f_args',
  single: false,
});

/** The values of two columns and of what is computed in some rows only, those of one in other rows. */
function seenInPart(fields: readonly FieldModel[], types: readonly [number, number, number]): FieldModel[] {
  const visible: Readonly<Record<string, BoolExp>> = {
    id: everyExp(types),
    scalar: everyExp(types),
    tags: { kind: 'or', exps: [] },
  };
  return fields.map((field): FieldModel => {
    const rows = visible[field.name];
    return rows && (field.kind === 'column' || field.kind === 'computed_field')
      ? { ...field, visible: rows }
      : field;
  });
}

/** Sees everything, tables a and b. */
const ALL: RoleModel = {
  role: 'admin',
  types: [INT, TEXT, MOOD],
  tables: [
    table('a', fieldsOfA([0, 1, 2], 0, 1), { primaryKey: ['id'], allowAggregations: true }),
    table('b', IDS, { limit: 5 }),
  ],
  queryFields: [
    { name: 'a', kind: 'select', namespace: null, table: 0, description: null },
    { name: 'a_aggregate', kind: 'select_aggregate', namespace: null, table: 0, description: 'counts' },
    { name: 'a_by_pk', kind: 'select_by_pk', namespace: null, table: 0, description: 'one' },
    { name: 'everything', kind: 'select', namespace: null, table: 1, description: 'b' },
    { name: 'f', kind: 'function', namespace: null, table: 1, description: null, function: functionOf(0) },
    {
      name: 'f_aggregate',
      kind: 'function_aggregate',
      namespace: null,
      table: 1,
      description: 'x',
      function: { ...functionOf(0), arguments: [], single: true },
    },
  ],
  subscriptionFields: [
    { name: 'a_stream', kind: 'select_stream', namespace: null, table: 0, description: 'streams' },
  ],
  writes: [],
  mutationFields: [],
};

/** The same tables under other numbers, with other types before theirs, other rows, another name of a root field. */
const OTHERWISE: RoleModel = {
  role: 'user',
  types: [MOOD, TEXT, INT],
  tables: [
    table('0', [{ ...IDS[0], type: 2 } as FieldModel]),
    table('a', seenInPart(fieldsOfA([2, 1, 0], 1, 2), [2, 1, 0]), { filter: everyExp([2, 1, 0]), limit: 7 }),
    table('b', [{ ...IDS[0], type: 2, nullable: true } as FieldModel]),
  ],
  queryFields: [
    { name: 'a', kind: 'select', namespace: null, table: 1, description: null },
    { name: 'b', kind: 'select', namespace: null, table: 2, description: null },
    { name: 'f', kind: 'function', namespace: null, table: 2, description: null, function: functionOf(2) },
  ],
  subscriptionFields: [],
  writes: [],
  mutationFields: [],
};

/** Part of one table. */
const LITTLE: RoleModel = {
  role: 'visitor',
  types: [TEXT],
  tables: [
    table('a', [
      { kind: 'column', name: 'tags', column: 'tags', type: 0, nullable: true, description: 'both\nlines' },
    ]),
  ],
  queryFields: [
    { name: 'a_aggregate', kind: 'select_aggregate', namespace: null, table: 0, description: 'counts' },
  ],
  subscriptionFields: [],
  writes: [],
  mutationFields: [],
};

function artifact(...roles: RoleModel[]): Artifact {
  return {
    version: ARTIFACT_VERSION,
    sources: [{ name: 'default', databaseUrl: { fromEnv: 'URL' }, naming: DEFAULT_NAMING, namespace: null }],
    roles,
    inconsistencies: [],
  };
}

/** With types and tables in the place of their numbers; values of permissions are left alone. */
function resolved(
  value: unknown,
  type: (ref: number) => ScalarType | undefined,
  typeName: (ref: number) => string,
): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(item, type, typeName));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      if (key === 'value') return [key, member];
      if ((key === 'type' || key === 'to') && typeof member === 'number') return [key, type(member)];
      if (key === 'table' && typeof member === 'number') return [key, typeName(member)];
      return [key, resolved(member, type, typeName)];
    }),
  );
}

function compiledView({ types, tables, queryFields, subscriptionFields }: RoleModel): unknown {
  return resolved(
    { tables, queryFields, subscriptionFields },
    (ref) => types[ref],
    (ref) => tables[ref]?.typeName ?? '?',
  );
}

function decodedView(view: ArtifactView, name: string): unknown {
  const role = view.role(name);
  const tables = Array.from({ length: role.tableCount }, (_, ref) => {
    const view = role.table(ref);
    expect(view.ref).toBe(ref);
    for (const f of view.fields) expect(view.field(f.name)).toBe(f);
    expect(view.field('absent')).toBeUndefined();
    expect(view.naming).toEqual(DEFAULT_NAMING);
    expect(view.typeOf('bool_exp')).toBe(`${view.typeName}_bool_exp`);
    const model = Object.entries(view).filter(([, value]) => typeof value !== 'function');
    return Object.fromEntries(model.filter(([key]) => !['ref', 'naming', 'features'].includes(key)));
  });
  for (const [key, f] of role.query.fields) expect(key).toBe(f.name);
  const queryFields = [...role.query.fields.values()];
  const subscriptionFields = [...role.subscription.fields.values()];
  return resolved(
    { tables, queryFields, subscriptionFields },
    (ref) => role.type(ref),
    (ref) => role.table(ref).typeName,
  );
}

describe('a role', () => {
  it.each([
    ['alone', [ALL]],
    ['after one with other numbers', [OTHERWISE, ALL, LITTLE]],
    ['before it', [ALL, LITTLE, OTHERWISE]],
  ])('is what was compiled: %s', (_, roles) => {
    const view = openArtifact(encodeArtifact(artifact(...roles)));
    for (const role of roles) expect(decodedView(view, role.role)).toEqual(compiledView(role));
  });

  it('sees nothing when the metadata does not name it', () => {
    const view = openArtifact(encodeArtifact(artifact(ALL)));
    for (const name of ['user', '', '__proto__', 'constructor']) {
      expect(view.role(name).tableCount).toBe(0);
      expect(view.role(name).query.fields.size).toBe(0);
    }
  });
});

describe('the text', () => {
  it('is the same for equal artifacts, ASCII, and lists the extent of each role', () => {
    const text = encodeArtifact(artifact(ALL, OTHERWISE));
    expect(encodeArtifact(structuredClone(artifact(ALL, OTHERWISE)))).toBe(text);
    expect(text).toMatch(/^[\n -~]*$/);
    const { roles } = openArtifact(text).header;
    const bodyLength = text.length - text.indexOf('\n') - 1;
    expect(Object.keys(roles)).toEqual(['admin', 'user']);
    expect(roles['admin']?.[0]).toBeGreaterThan(0);
    expect((roles['user']?.[0] ?? 0) + (roles['user']?.[1] ?? 0)).toBe(bodyLength);
  });

  it('holds once what roles have in common', () => {
    const again = { ...ALL, role: 'editor' };
    const one = encodeArtifact(artifact(ALL)).length;
    const two = encodeArtifact(artifact(ALL, again)).length;
    expect(two - one).toBeLessThan(one / 5);
  });

  it('of another version is refused', () => {
    const text = encodeArtifact({ ...artifact(ALL), version: 99 as typeof ARTIFACT_VERSION });
    expect(() => openArtifact(text)).toThrow('has version 99');
  });
});
