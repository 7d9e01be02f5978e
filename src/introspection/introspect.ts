// A role x the `__schema` and `__type` fields of an operation -> their answers. The schema is found out only when a
// client asks, and shows what the role may do and nothing else.

import type { FieldNode, FragmentDefinitionNode, VariableDefinitionNode } from 'graphql';
import { print } from 'graphql';

import type { RoleView } from '../artifact/decode.ts';
import type { IntrospectionRequest } from './check.ts';
import { checkIntrospection, introspectionDocument } from './check.ts';
import { renderIntrospection } from './render.ts';
import { roleTypes } from './role-types.ts';

/** Answers kept per role, and characters all of them may have together; a schema of 100 tables takes about 4 million. */
const MAX_ANSWERS = 16;
const MAX_KEPT_CHARS = 8_000_000;

interface Answers {
  readonly byRequest: Map<string, Answer>;
  /** Answers out of `byRequest` to operations without variables, by their part of a plan: nothing is printed to find one. */
  readonly byFields: WeakMap<readonly FieldNode[], Answer>;
  chars: number;
}

/** JSON text by response key. */
type Answer = ReadonlyMap<string, string>;

const kept = new WeakMap<RoleView, Answers>();

/**
 * The JSON text of each introspection field, by response key in the order of selection.
 * @throws HedgeError `validation-failed`: unknown fields at their place in Hasura's words, everything else at `$`;
 *   also beyond 500 selected fields, 30 levels, or an answer several times the size of the whole schema.
 */
export function introspectJson(role: RoleView, request: IntrospectionRequest): ReadonlyMap<string, string> {
  const answers = kept.get(role);
  const planned = answers?.byFields.get(request.fields);
  if (planned) return planned;
  const document = introspectionDocument(request);
  const values = document.definitions.flatMap((d) =>
    d.kind === 'OperationDefinition' ? (d.variableDefinitions ?? []) : [],
  );
  const key = JSON.stringify([print(document), values.map((d) => request.variables[d.variable.name.value])]);
  const known = answers?.byRequest.get(key);
  if (known) {
    if (request.variableDefinitions.length === 0) answers?.byFields.set(request.fields, known);
    return known;
  }
  const answer = renderIntrospection(roleTypes(role), checkIntrospection(document, request));
  keep(role, key, answer);
  return answer;
}

/**
 * The answers as plain data, by response key.
 * @throws HedgeError as `introspectJson`.
 */
export function introspect(
  role: RoleView,
  fields: readonly FieldNode[],
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  variableDefinitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const request = { fields, fragments: new Map(Object.entries(fragments)), variableDefinitions, variables };
  const members = [...introspectJson(role, request)].map(([key, text]) => `"${key}":${text}`);
  return JSON.parse(`{${members.join(',')}}`) as Record<string, unknown>; // JSON.parse makes `__proto__` an own key
}

function keep(role: RoleView, key: string, answer: Answer): void {
  let length = 0;
  for (const text of answer.values()) length += text.length;
  if (length > MAX_KEPT_CHARS) return;
  let answers = kept.get(role);
  if (!answers || answers.byRequest.size >= MAX_ANSWERS || answers.chars + length > MAX_KEPT_CHARS) {
    answers = { byRequest: new Map(), byFields: new WeakMap(), chars: 0 }; // few different ones are ever asked: start over
    kept.set(role, answers);
  }
  answers.byRequest.set(key, answer);
  answers.chars += length;
}
