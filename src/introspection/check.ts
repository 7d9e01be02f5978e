// The introspection part of an operation -> a small document that is valid and bounded, or an error.
// Every schema has the same introspection types, so this needs no role.

import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  SelectionSetNode,
  VariableDefinitionNode,
} from 'graphql';
import {
  GraphQLBoolean,
  GraphQLIncludeDirective,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLSkipDirective,
  getVariableValues,
  Kind,
  OperationTypeNode,
  specifiedScalarTypes,
  validate,
  visit,
} from 'graphql';

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import { metaFields } from './meta-fields.ts';
import { QUERY_ROOT } from './role-types.ts';

/** Fields after fragments are spread; GraphiQL’s and codegen’s queries select about 200. Validation compares each two of a name. */
const MAX_FIELDS = 500;
/** Levels of selection sets; the standard query has 14. */
const MAX_DEPTH = 30;

/** The introspection part of an operation. */
export interface IntrospectionRequest {
  /** Root fields `__schema` and `__type`. */
  readonly fields: readonly FieldNode[];
  /** All fragments of the document. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** All variables of the operation. */
  readonly variableDefinitions: readonly VariableDefinitionNode[];
  /** The request's values. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export type CoercedVariables = NonNullable<ReturnType<typeof getVariableValues>['variableValues']>;

/** A valid introspection. */
export interface CheckedRequest {
  readonly document: DocumentNode;
  readonly variables: CoercedVariables;
}

/** Stands for any role's schema: only its introspection fields are asked about. */
const META_SCHEMA = new GraphQLSchema({
  query: new GraphQLObjectType({ name: QUERY_ROOT, fields: { none: { type: GraphQLBoolean } } }),
  types: specifiedScalarTypes,
  directives: [GraphQLIncludeDirective, GraphQLSkipDirective],
  assumeValid: true,
});

/** The document of just the introspection fields, with the fragments and variables they use. Not validated yet. */
export function introspectionDocument(request: IntrospectionRequest): DocumentNode {
  const fragments = survey(request);
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: request.fields };
  const used = new Set<string>();
  for (const node of [selectionSet, ...fragments]) {
    visit(node, {
      Variable(variable) {
        used.add(variable.name.value);
      },
    });
  }
  const variableDefinitions = request.variableDefinitions.filter((d) => used.has(d.variable.name.value));
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        variableDefinitions,
        selectionSet,
      },
      ...fragments,
    ],
  };
}

/**
 * Validates the document by the specification's rules and reads its variables.
 * @throws HedgeError `validation-failed` at `$`.
 */
export function checkIntrospection(document: DocumentNode, request: IntrospectionRequest): CheckedRequest {
  const [error] = validate(META_SCHEMA, document, undefined, { maxErrors: 1, hideSuggestions: true });
  if (error) throw new HedgeError('validation-failed', error.message);
  const [operation] = document.definitions;
  const definitions = operation?.kind === Kind.OPERATION_DEFINITION ? operation.variableDefinitions : [];
  const read = getVariableValues(META_SCHEMA, definitions ?? [], request.variables, { maxErrors: 1 });
  if (read.errors) throw new HedgeError('validation-failed', read.errors[0]?.message ?? 'invalid variables');
  return { document, variables: read.variableValues };
}

/** Walks the selection once as it will be executed: counts it, names unknown fields as Hasura does, finds fragments. */
function survey(request: IntrospectionRequest): readonly FragmentDefinitionNode[] {
  const found = new Map<string, FragmentDefinitionNode>();
  let count = 0;
  const walk = (set: SelectionSetNode, typeName: string, path: Path | undefined, depth: number): void => {
    if (depth > MAX_DEPTH) refuse(`the introspection nests deeper than ${MAX_DEPTH} levels`);
    for (const selection of set.selections) {
      if (++count > MAX_FIELDS) refuse(`the introspection selects more than ${MAX_FIELDS} fields`);
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.name.value;
          const fieldPath = at(path, name);
          const field = typeName === QUERY_ROOT ? ROOT_FIELDS.get(name) : metaFields(typeName)?.get(name);
          if (!field && metaFields(typeName) && name !== '__typename') {
            refuse(`field '${name}' not found in type: '${typeName}'`, fieldPath);
          }
          if (field && !field.isLeaf && !selection.selectionSet) {
            refuse(`missing selection set for '${field.typeName}'`, at(fieldPath, 'selectionSet'));
          }
          if (typeName === QUERY_ROOT && name === '__type' && !hasArgument(selection, 'name')) {
            refuse("missing required field 'name'", at(at(fieldPath, 'args'), 'name'));
          }
          if (selection.selectionSet) {
            walk(selection.selectionSet, field?.typeName ?? '', at(fieldPath, 'selectionSet'), depth + 1);
          }
          break;
        }
        case Kind.INLINE_FRAGMENT:
          walk(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, path, depth);
          break;
        case Kind.FRAGMENT_SPREAD: {
          const fragment = request.fragments.get(selection.name.value);
          if (!fragment) break; // left to the rules
          found.set(fragment.name.value, fragment);
          walk(fragment.selectionSet, fragment.typeCondition.name.value, path, depth);
          break;
        }
      }
    }
  };
  const root: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: request.fields };
  walk(root, QUERY_ROOT, at(undefined, 'selectionSet'), 1);
  return [...found.values()];
}

const ROOT_FIELDS: ReadonlyMap<string, { readonly typeName: string; readonly isLeaf: boolean }> = new Map([
  ['__schema', { typeName: '__Schema', isLeaf: false }],
  ['__type', { typeName: '__Type', isLeaf: false }],
]);

function hasArgument(field: FieldNode, name: string): boolean {
  return field.arguments?.some((a) => a.name.value === name) ?? false;
}

function refuse(message: string, path?: Path): never {
  throw new HedgeError('validation-failed', message, { path: pathText(path) });
}
