// An operation x the types of a role -> what of it the schema does not have, in the words in which Hasura checks the
// queries of collections. Only names are checked: fields, and types of variables. Arguments are checked when it runs.

import type { SelectionSetNode, TypeNode } from 'graphql';
import { Kind, OperationTypeNode } from 'graphql';

import type { HedgeError } from '../error/hedge-error.ts';
import type { Operation } from '../parse/operation.ts';
import { must, unreachable } from '../util/assert.ts';
import type { TypeLookup } from './role-types.ts';
import type { FieldDef, TypeDef } from './types.ts';

const ROOTS: Readonly<Record<OperationTypeNode, string>> = {
  [OperationTypeNode.QUERY]: 'query_root',
  [OperationTypeNode.MUTATION]: 'mutation_root',
  [OperationTypeNode.SUBSCRIPTION]: 'subscription_root',
};
/** Fields an operation may select here after fragments are spread, as when it runs. */
const MAX_FIELDS = 20_000;
/** Levels of selection sets, as when it runs: fragments may spread others many times over. */
const MAX_DEPTH = 100;

type ObjectDef = Extract<TypeDef, { kind: 'OBJECT' }>;

/** `$.users.nmae: field 'nmae' not found in object 'users'`, in the order of the operation; empty when all is there. */
export function diagnose(operation: Operation, types: TypeLookup): readonly string[] {
  const { node, fragments } = operation;
  const root = ROOTS[node.operation];
  const rootType = types.get(root);
  if (rootType?.kind !== 'OBJECT') {
    return [`$: type '${root}' not found in the schema`];
  }
  const errors: string[] = [];
  let selected = 0;

  const walkFields = (type: ObjectDef, set: SelectionSetNode, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) {
      errors.push(`$: the operation nests deeper than ${MAX_DEPTH} levels`);
      return;
    }
    const fields = new Map(type.fields.map((field) => [field.name, field]));
    const entered = new Set<string>();
    const walk = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (++selected > MAX_FIELDS) return;
        switch (selection.kind) {
          case Kind.FIELD: {
            const name = selection.name.value;
            const field = fields.get(name) ?? systemField(name, type.name === root);
            if (field) checkField(field, selection.selectionSet, `${path}.${name}`, depth);
            else errors.push(`${path}.${name}: field '${name}' not found in object '${type.name}'`);
            break;
          }
          case Kind.INLINE_FRAGMENT:
            walk(selection.selectionSet);
            break;
          case Kind.FRAGMENT_SPREAD: {
            const name = selection.name.value;
            if (entered.has(name)) break;
            entered.add(name);
            walk(must(fragments.get(name), 'the fragments of an operation are there').selectionSet);
            break;
          }
        }
      }
    };
    walk(set);
  };

  const checkField = (
    field: FieldDef,
    set: SelectionSetNode | undefined,
    path: string,
    depth: number,
  ): void => {
    const name = namedType(field.type);
    const type = types.get(name);
    switch (type?.kind) {
      case undefined:
        errors.push(`${path}: type '${name}' not found in the schema`);
        break;
      case 'OBJECT':
        if (set) walkFields(type, set, path, depth + 1);
        else errors.push(`${path}: object of type '${name}' must have a selection set`);
        break;
      case 'INTERFACE':
        break;
      case 'SCALAR':
        if (set) errors.push(`${path}: scalar '${name}' does not accept a selection set`);
        break;
      case 'ENUM':
        if (set) errors.push(`${path}: enum '${name}' does not accept a selection set`);
        break;
      case 'INPUT_OBJECT':
        errors.push(`${path}: input object '${name}' cannot be used for output`);
        break;
      default:
        unreachable(type);
    }
  };

  walkFields(rootType, node.selectionSet, '$', 1);
  for (const definition of node.variableDefinitions ?? []) {
    const name = variableType(definition.type);
    const path = `$.${definition.variable.name.value}`;
    const type = types.get(name);
    if (!type) errors.push(`${path}: type '${name}' not found in the schema`);
    else if (type.kind === 'OBJECT') errors.push(`${path}: object '${name}' cannot be used in an input type`);
  }
  return errors;
}

/** What kept an operation from being read, as `diagnose` tells of fields. */
export function describeUnread({ path, message }: HedgeError): string {
  return path.startsWith('$.selectionSet') ? `${path.replaceAll('.selectionSet', '')}: ${message}` : message;
}

/** Fields that every object, or every root, has without showing them. */
function systemField(name: string, isRoot: boolean): FieldDef | undefined {
  const type =
    name === '__typename'
      ? 'String'
      : isRoot && name === '__schema'
        ? '__Schema'
        : isRoot && name === '__type'
          ? '__Type'
          : undefined;
  return type === undefined ? undefined : { name, description: null, args: [], type };
}

function namedType(text: string): string {
  return text.replaceAll(/[[\]!]/g, '');
}

function variableType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : variableType(type.type);
}
