// Texts of a URL and members of a body -> values of an operation's variables.

import { HedgeError } from '../error/hedge-error.ts';
import type { Operation, VariableDefinition, VariableValues } from '../parse/operation.ts';
import { parseJson } from '../util/exact-number.ts';

/** What a request brings, the later ones going before the earlier where a name is given twice. */
export interface GivenVariables {
  readonly query: ReadonlyMap<string, string>;
  readonly body: ReadonlyMap<string, unknown>;
  readonly path: ReadonlyMap<string, string>;
}

const GRAPHQL_NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;
const BOOLEAN_TYPES = new Set(['Boolean', 'Bool']);
/** Types whose values are any JSON, or a GeoJSON object. */
const JSON_TYPES = new Set(['json', 'jsonb', 'geometry', 'geography']);
const NUMBER_TYPES = new Set(['Int', 'Float', 'Number', 'Double', 'float8', 'numeric']);
/** A whole text that is a number in JSON's syntax. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The values, by Hasura's rules: a body's value is taken as it is; a text becomes a boolean or number where the
 * variable's type is one, what its JSON says where the type holds JSON, and stays a text otherwise; an empty text is true for a Boolean and absent for any other
 * nullable type. Names that no variable could have are ignored.
 * @throws HedgeError `bad-request` for a name the operation does not have, and for a list in a URL.
 */
export function readRestVariables(operation: Operation, given: GivenVariables): VariableValues {
  // Without a prototype: a variable may be called __proto__.
  const values = Object.create(null) as Record<string, unknown>;
  const names = new Set([...given.query.keys(), ...given.body.keys(), ...given.path.keys()]);
  for (const name of names) {
    if (!GRAPHQL_NAME.test(name)) continue;
    const definition = operation.variables.get(name);
    if (!definition) throw new HedgeError('bad-request', `Unexpected variable ${name}`);
    const ofPath = given.path.get(name);
    if (ofPath === undefined && given.body.has(name)) values[name] = given.body.get(name);
    else {
      const value = valueOfText(definition, ofPath ?? given.query.get(name) ?? '');
      if (value !== undefined) values[name] = value;
    }
  }
  return values;
}

function valueOfText({ name, type, nonNull }: VariableDefinition, text: string): unknown {
  if (type.startsWith('['))
    throw new HedgeError(
      'bad-request',
      `List variables are not currently supported in URL or Query parameters. (Variable ${name}, with value ${JSON.stringify(text)})`,
    );
  const typeName = type.replace('!', '');
  if (text === '') {
    if (typeName === 'Boolean') return true;
    if (!nonNull) return undefined;
  }
  if (BOOLEAN_TYPES.has(typeName) && (text === 'true' || text === 'false')) return text === 'true';
  if (NUMBER_TYPES.has(typeName) && JSON_NUMBER.test(text)) return jsonOrText(text);
  if (JSON_TYPES.has(typeName)) return jsonOrText(text);
  return text;
}

/** The one value a text is in JSON, digits unchanged; else the text. */
function jsonOrText(text: string): unknown {
  try {
    const values = parseJson(`[${text}]`) as unknown[];
    return values.length === 1 ? values[0] : text;
  } catch {
    return text;
  }
}
