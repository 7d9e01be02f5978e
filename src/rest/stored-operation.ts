// The text of a REST endpoint's query -> the one operation it is.

import { OperationTypeNode } from 'graphql/language';

import { HedgeError } from '../error/hedge-error.ts';
import type { Operation } from '../parse/operation.ts';
import { selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';

/**
 * The query or mutation of an endpoint; fragments may stand beside it.
 * @throws HedgeError `unexpected` where the text is not one operation, `unexpected-payload` for a subscription, and as
 *   `parse` and `selectOperation`.
 */
export function storedOperation(query: string): Operation {
  const document = parse(query);
  const operations = document.definitions.filter(({ kind }) => kind === 'OperationDefinition');
  if (operations.length !== 1)
    throw new HedgeError('unexpected', 'A stored query should contain exactly one definition');
  const operation = selectOperation(document, undefined);
  if (operation.node.operation === OperationTypeNode.SUBSCRIPTION)
    throw new HedgeError('unexpected-payload', 'subscriptions are not supported by REST endpoints');
  return operation;
}
