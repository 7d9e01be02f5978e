// A document -> the name of a field that an object in it gives twice: which of the values counts would be anyone's guess.

import type { DirectiveNode, DocumentNode, SelectionSetNode, ValueNode } from 'graphql';
import { Kind } from 'graphql/language';

/** The first such field, section 5.6.3 of GraphQL's specification; undefined where there is none. */
export function repeatedField(document: DocumentNode): string | undefined {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    for (const variable of definition.variableDefinitions ?? []) {
      const name =
        (variable.defaultValue && inValue(variable.defaultValue)) ?? inDirectives(variable.directives);
      if (name !== undefined) return name;
    }
    const name = inDirectives(definition.directives) ?? inSelections(definition.selectionSet);
    if (name !== undefined) return name;
  }
  return undefined;
}

function inSelections({ selections }: SelectionSetNode): string | undefined {
  for (const selection of selections) {
    const name =
      inDirectives(selection.directives) ??
      (selection.kind === Kind.FIELD ? inArguments(selection.arguments) : undefined) ??
      (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet
        ? inSelections(selection.selectionSet)
        : undefined);
    if (name !== undefined) return name;
  }
  return undefined;
}

function inDirectives(directives: readonly DirectiveNode[] = []): string | undefined {
  for (const directive of directives) {
    const name = inArguments(directive.arguments);
    if (name !== undefined) return name;
  }
  return undefined;
}

function inArguments(given: readonly { readonly value: ValueNode }[] = []): string | undefined {
  for (const { value } of given) {
    const name = inValue(value);
    if (name !== undefined) return name;
  }
  return undefined;
}

function inValue(value: ValueNode): string | undefined {
  switch (value.kind) {
    case Kind.LIST:
      for (const item of value.values) {
        const name = inValue(item);
        if (name !== undefined) return name;
      }
      return undefined;
    case Kind.OBJECT: {
      const names = new Set<string>();
      for (const field of value.fields) {
        if (names.has(field.name.value)) return field.name.value;
        names.add(field.name.value);
      }
      return inArguments(value.fields);
    }
    default:
      return undefined;
  }
}
