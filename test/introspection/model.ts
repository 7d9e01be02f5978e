// Small role models by hand, taken through the artifact's text as the worker does it.

import type { RoleView } from '../../src/artifact/decode.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import type {
  ArrayRelationshipField,
  ColumnField,
  ComputedField,
  FieldModel,
  FunctionArgument,
  ObjectRelationshipField,
  RootField,
  ScalarType,
  TableModel,
} from '../../src/artifact/types.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';

const GRAPHQL_NAMES: Readonly<Record<string, string>> = {
  int4: 'Int',
  float4: 'Float',
  bool: 'Boolean',
  text: 'String',
  varchar: 'String',
};

/** Types are named by text: `int4`, `text[]`. */
export interface TypeTable {
  readonly types: ScalarType[];
  ref(text: string): number;
}

export function typeTable(): TypeTable {
  const types: ScalarType[] = [];
  const refs = new Map<string, number>();
  return {
    types,
    ref(text) {
      let ref = refs.get(text);
      if (ref === undefined) {
        const name = text.replace('[]', '');
        const array = text.endsWith('[]');
        const graphql = GRAPHQL_NAMES[name] ?? name;
        ref = types.push({ pg: { schema: 'pg_catalog', name }, array, kind: 'base', graphql }) - 1;
        refs.set(text, ref);
      }
      return ref;
    },
  };
}

/** A column; a `!` after the type makes it not nullable. */
export function column(
  types: TypeTable,
  name: string,
  type: string,
  description: string | null = null,
): ColumnField {
  const nullable = !type.endsWith('!');
  return {
    kind: 'column',
    name,
    column: name,
    type: types.ref(type.replace('!', '')),
    nullable,
    description,
  };
}

export function objectRelationship(name: string, table: number, nullable = false): ObjectRelationshipField {
  return {
    kind: 'object_relationship',
    name,
    table,
    mapping: [],
    nullable,
    description: 'An object relationship',
  };
}

export function arrayRelationship(name: string, table: number): ArrayRelationshipField {
  return { kind: 'array_relationship', name, table, mapping: [], description: 'An array relationship' };
}

export function computedField(
  name: string,
  returns: ComputedField['returns'],
  args: readonly FunctionArgument[] = [],
): ComputedField {
  return {
    kind: 'computed_field',
    name,
    call: { function: { schema: 'public', name }, arguments: [{ kind: 'row' }] },
    arguments: args,
    returns,
    description: `A computed field, executes function "${name}"`,
  };
}

export function argument(types: TypeTable, name: string, type: string, hasDefault = false): FunctionArgument {
  return { name, sqlName: name, type: types.ref(type), hasDefault };
}

export interface TableOptions {
  readonly schema?: string;
  readonly typeName?: string;
  readonly primaryKey?: readonly string[];
  readonly allowAggregations?: boolean;
  readonly description?: string | null;
}

/** A table; fields are sorted here. */
export function table(name: string, fields: readonly FieldModel[], options: TableOptions = {}): TableModel {
  const schema = options.schema ?? 'public';
  const described = schema === 'public' ? name : `${schema}.${name}`;
  const typeName = options.typeName ?? (schema === 'public' ? name : `${schema}_${name}`);
  return {
    source: 'default',
    table: { schema, name },
    typeName,
    baseName: typeName,
    description:
      options.description === undefined ? `columns and relationships of "${described}"` : options.description,
    fields: [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)),
    primaryKey: options.primaryKey ?? null,
    filter: { kind: 'true' },
    limit: null,
    allowAggregations: options.allowAggregations ?? false,
  };
}

/** The root fields every table gets unless told otherwise. */
export function rootFields(tables: readonly TableModel[]): readonly RootField[] {
  return tables
    .flatMap((t, ref): RootField[] => {
      const { typeName } = t;
      const fields: RootField[] = [
        {
          name: typeName,
          kind: 'select',
          namespace: null,
          table: ref,
          description: `fetch data from the table: "${typeName}"`,
        },
      ];
      if (t.primaryKey) {
        const description = `fetch data from the table: "${typeName}" using primary key columns`;
        fields.push({
          name: `${typeName}_by_pk`,
          kind: 'select_by_pk',
          namespace: null,
          table: ref,
          description,
        });
      }
      if (t.allowAggregations) {
        const description = `fetch aggregated fields from the table: "${typeName}"`;
        fields.push({
          name: `${typeName}_aggregate`,
          kind: 'select_aggregate',
          namespace: null,
          table: ref,
          description,
        });
      }
      return fields;
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The role as the worker sees it. Tables must come sorted by type name, as the compiler gives them. */
export function openRole(
  types: TypeTable,
  tables: readonly TableModel[],
  queryFields: readonly RootField[] = rootFields(tables),
): RoleView {
  const text = encodeArtifact({
    version: ARTIFACT_VERSION,
    sources: [{ name: 'default', databaseUrl: { fromEnv: 'URL' }, naming: DEFAULT_NAMING, namespace: null }],
    roles: [
      {
        role: 'user',
        types: types.types,
        tables,
        queryFields,
        subscriptionFields: [],
        writes: [],
        mutationFields: [],
      },
    ],
    inconsistencies: [],
  });
  return openArtifact(text).role('user');
}

/** Authors and articles: relationships both ways, aggregates on articles only. */
export function blog(): RoleView {
  const types = typeTable();
  return openRole(types, [
    table(
      'article',
      [
        column(types, 'author_id', 'int4!'),
        column(types, 'id', 'int4!', 'The number of the article'),
        column(types, 'meta', 'jsonb'),
        column(types, 'published_on', 'timestamptz'),
        column(types, 'tags', 'text[]'),
        column(types, 'title', 'text'),
        objectRelationship('author', 1),
      ],
      { primaryKey: ['id'], allowAggregations: true },
    ),
    table(
      'author',
      [
        column(types, 'id', 'int4!'),
        column(types, 'name', 'text!'),
        arrayRelationship('articles', 0),
        computedField('greeting', { kind: 'scalar', type: types.ref('text') }, [
          argument(types, 'word', 'text'),
        ]),
        computedField('initial', { kind: 'scalar', type: types.ref('text') }),
        computedField('search', { kind: 'table', table: 0 }, [argument(types, 'term', 'text', true)]),
      ],
      { primaryKey: ['id'], description: 'Who writes' },
    ),
  ]);
}
