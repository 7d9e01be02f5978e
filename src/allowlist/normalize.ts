// A document -> the text by which the allow list compares it: layout, comments, `__typename`, the order of arguments
// and of an input object's keys make no difference; everything else does.

import type { DocumentNode } from 'graphql';
import { Kind, print, visit } from 'graphql/language';

const texts = new WeakMap<DocumentNode, string>();

/**
 * The document as the allow list sees it. Asked again for the same document it costs nothing.
 *
 * As in Hasura, names of operations, aliases, variables and the order of definitions and selections count. Unlike there,
 * `{ a }` and `query { a }` are the same, and `__typename` inside an inline fragment is ignored as anywhere else.
 */
export function allowlistText(document: DocumentNode): string {
  let text = texts.get(document);
  if (text === undefined) texts.set(document, (text = normalisedText(document)));
  return text;
}

function normalisedText(document: DocumentNode): string {
  return print(
    visit(document, {
      Field: {
        leave(field) {
          if (field.name.value === '__typename') return null;
          return field.arguments && field.arguments.length > 1
            ? { ...field, arguments: sortedByName(field.arguments) }
            : undefined;
        },
      },
      Directive: {
        leave(directive) {
          return directive.arguments && directive.arguments.length > 1
            ? { ...directive, arguments: sortedByName(directive.arguments) }
            : undefined;
        },
      },
      [Kind.OBJECT]: {
        leave: (object) => ({ ...object, fields: sortedByName(object.fields) }),
      },
      [Kind.STRING]: {
        // `"""a"""` and `"a"` are one value.
        leave: (value) => (value.block === true ? { ...value, block: false } : undefined),
      },
    }),
  );
}

function sortedByName<T extends { readonly name: { readonly value: string } }>(
  members: readonly T[],
): readonly T[] {
  return [...members].sort((a, b) =>
    a.name.value < b.name.value ? -1 : a.name.value > b.name.value ? 1 : 0,
  );
}
