// Document + operationName -> the operation to run, and its variables checked against their definitions.

import type {
  ASTNode,
  DocumentNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  TypeNode,
  ValueNode,
} from 'graphql';
import { Kind, visit } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';
import { checkFragments } from './fragments.ts';

export interface Operation {
  readonly node: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: ReadonlyMap<string, VariableDefinition>;
  /** Names of the variables that the operation, with the fragments it reaches, mentions anywhere. */
  readonly usedVariables: ReadonlySet<string>;
}

export interface VariableDefinition {
  readonly name: string;
  /** As written: `[Int!]!`. */
  readonly type: string;
  readonly nonNull: boolean;
  /** What stands for a value that is not given; undefined: the places it is used at are as if they were not there. */
  readonly defaultValue: ValueNode | undefined;
}

/** Where Hasura lets a deployment choose between the specification and what it did before. */
export interface VariableRules {
  /** A nullable variable that has neither value nor default is null; else it is as if it were not there. */
  readonly unboundIsNull: boolean;
  /** A variable of a non-null type may be given as null. */
  readonly nullInNonNull: boolean;
}

export const DEFAULT_VARIABLE_RULES: VariableRules = { unboundIsNull: true, nullInNonNull: false };

/** Values of a request's variables by name; a variable that was left out has no entry. */
export type VariableValues = Readonly<Record<string, unknown>>;

const operations = new WeakMap<DocumentNode, Map<string, Operation>>();

const NULL_VALUE: ValueNode = { kind: Kind.NULL };

/**
 * The operation a request means: the named one, or the only one.
 * @throws HedgeError `validation-failed` when there is none, or several and no name; when its fragments are not
 *   defined, or spread each other in a circle.
 */
export function selectOperation(
  document: DocumentNode,
  operationName: string | undefined,
  rules: VariableRules = DEFAULT_VARIABLE_RULES,
): Operation {
  let known = operations.get(document);
  if (!known) operations.set(document, (known = new Map()));
  const key = `${rules.unboundIsNull ? 'null' : ''} ${operationName ?? ''}`;
  let operation = known.get(key);
  if (!operation) {
    operation = readOperation(document, operationName, rules);
    known.set(key, operation);
  }
  return operation;
}

function readOperation(
  document: DocumentNode,
  operationName: string | undefined,
  rules: VariableRules,
): Operation {
  const nodes: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) nodes.push(definition);
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      const name = definition.name.value;
      if (fragments.has(name)) fail(`multiple definitions for fragment "${name}"`);
      fragments.set(name, definition);
    } else fail('unexpected type system definition in an executable document');
  }
  const node = pick(nodes, operationName);
  checkFragments(node, fragments);
  const variables = readVariables(node, rules);
  return { node, fragments, variables, usedVariables: variablesOf(node, fragments) };
}

function pick(
  nodes: readonly OperationDefinitionNode[],
  operationName: string | undefined,
): OperationDefinitionNode {
  if (operationName) {
    const named = nodes.filter((n) => n.name?.value === operationName);
    const [first] = named;
    if (!first) fail(`no such operation found in the document: "${operationName}"`);
    if (named.length > 1) fail(`more than one operation of the name "${operationName}" in the document`);
    return first;
  }
  const [only] = nodes;
  if (!only || nodes.length > 1)
    fail('exactly one operation has to be present in the document when operationName is not specified');
  return only;
}

function readVariables(
  node: OperationDefinitionNode,
  { unboundIsNull }: VariableRules,
): Map<string, VariableDefinition> {
  const variables = new Map<string, VariableDefinition>();
  for (const definition of node.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    if (variables.has(name)) fail(`multiple definitions for variable "${name}"`);
    const nonNull = definition.type.kind === Kind.NON_NULL_TYPE;
    variables.set(name, {
      name,
      type: typeText(definition.type),
      nonNull,
      defaultValue: definition.defaultValue ?? (unboundIsNull && !nonNull ? NULL_VALUE : undefined),
    });
  }
  return variables;
}

/** Every variable mentioned below a node: fragments are entered once each. */
function variablesOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Set<string> {
  const names = new Set<string>();
  const entered = new Set<string>();
  const pending: ASTNode[] = [operation.selectionSet, ...(operation.directives ?? [])];
  for (let node = pending.pop(); node; node = pending.pop()) {
    visit(node, {
      Variable(variable) {
        names.add(variable.name.value);
      },
      FragmentSpread(spread) {
        const fragment = fragments.get(spread.name.value);
        if (!fragment || entered.has(spread.name.value)) return;
        entered.add(spread.name.value);
        pending.push(fragment);
      },
    });
  }
  return names;
}

/**
 * Checks a request's variables: none that the operation does not use, none missing or null where the type says non-null.
 * @throws HedgeError `validation-failed` at `$`, in Hasura's words.
 */
export function checkVariables(
  operation: Operation,
  values: VariableValues,
  rules: VariableRules = DEFAULT_VARIABLE_RULES,
): void {
  const unexpected = Object.keys(values).filter(
    (name) => !operation.variables.has(name) || !operation.usedVariables.has(name),
  );
  if (unexpected.length > 0) fail(`unexpected variables in variableValues: ${unexpected.join(', ')}`);
  for (const definition of operation.variables.values()) {
    if (!definition.nonNull) continue;
    const given = Object.hasOwn(values, definition.name);
    if (given && values[definition.name] === null && !rules.nullInNonNull)
      fail(`null value found for non-nullable type: "${definition.type}"`);
    if (!given && definition.defaultValue === undefined)
      fail(`expecting a value for non-nullable variable: "${definition.name}"`);
  }
}

function typeText(type: TypeNode): string {
  switch (type.kind) {
    case Kind.NON_NULL_TYPE:
      return `${typeText(type.type)}!`;
    case Kind.LIST_TYPE:
      return `[${typeText(type.type)}]`;
    case Kind.NAMED_TYPE:
      return type.name.value;
  }
}

function fail(message: string): never {
  throw new HedgeError('validation-failed', message);
}
