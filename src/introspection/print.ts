// A role's types -> SDL, sorted, so that equal permissions print equal files.

import { Kind, print, specifiedDirectives } from 'graphql';

import type { RoleView } from '../artifact/decode.ts';
import { must, unreachable } from '../util/assert.ts';
import type { DirectiveDef } from './graphql-types.ts';
import { DIRECTIVES, INTROSPECTION_TYPES, SPECIFIED_SCALARS } from './graphql-types.ts';
import { MUTATION_ROOT } from './mutation-root.ts';
import { QUERY_ROOT, roleTypes, SUBSCRIPTION_ROOT } from './role-types.ts';
import type { FieldDef, InputValueDef, TypeDef } from './types.ts';

/** What needs no definition in SDL. */
const BUILT_IN = new Set([...INTROSPECTION_TYPES.map((t) => t.name), ...SPECIFIED_SCALARS.keys()]);
const SPECIFIED = new Set(specifiedDirectives.map((d) => d.name));

/**
 * The role's whole schema as SDL, ending in a newline: types and their members in ASCII order.
 * @throws HedgeError `unexpected` when two things claim one type name.
 */
export function printRoleSchema(role: RoleView): string {
  const types = roleTypes(role);
  const parts = [
    schemaText([
      ['query', QUERY_ROOT],
      ...(types.get(MUTATION_ROOT) ? ([['mutation', MUTATION_ROOT]] as const) : []),
      ...(types.get(SUBSCRIPTION_ROOT) ? ([['subscription', SUBSCRIPTION_ROOT]] as const) : []),
    ]),
    ...DIRECTIVES.filter((d) => !SPECIFIED.has(d.name)).map(printDirective),
  ];
  for (const name of types.names) {
    if (!BUILT_IN.has(name)) parts.push(printType(must(types.get(name), `a type named ${name}`)));
  }
  return `${parts.join('\n\n')}\n`;
}

function schemaText(roots: readonly (readonly [operation: string, type: string])[]): string {
  return `schema {\n${roots.map(([operation, type]) => `  ${operation}: ${type}\n`).join('')}}`;
}

function printDirective(def: DirectiveDef): string {
  const args = printArguments(def.args, '');
  return `${describe(def.description, '')}directive @${def.name}${args} on ${def.locations.join(' | ')}`;
}

function printType(def: TypeDef): string {
  const head = describe(def.description, '');
  switch (def.kind) {
    case 'SCALAR':
      return `${head}scalar ${def.name}`;
    case 'ENUM':
      return `${head}enum ${def.name} ${block(def.values.map((v) => `${describe(v.description, '  ')}  ${v.name}`))}`;
    case 'INPUT_OBJECT':
      return `${head}input ${def.name} ${block(def.inputFields.map((f) => inputValue(f, '  ')))}`;
    case 'OBJECT': {
      const interfaces = def.interfaces?.length ? ` implements ${def.interfaces.join(' & ')}` : '';
      return `${head}type ${def.name}${interfaces} ${printFields(def.fields)}`;
    }
    case 'INTERFACE':
      return `${head}interface ${def.name} ${printFields(def.fields)}`;
    default:
      return unreachable(def);
  }
}

function printFields(fields: readonly FieldDef[]): string {
  return block(
    fields.map(
      (f) => `${describe(f.description, '  ')}  ${f.name}${printArguments(f.args, '  ')}: ${f.type}`,
    ),
  );
}

function block(members: readonly string[]): string {
  return `{\n${spaced(members)}\n}`;
}

function printArguments(args: readonly InputValueDef[], indent: string): string {
  if (args.length === 0) return '';
  if (args.every((arg) => arg.description === null))
    return `(${args.map((arg) => inputValue(arg, '')).join(', ')})`;
  return `(\n${spaced(args.map((arg) => inputValue(arg, `${indent}  `)))}\n${indent})`;
}

/** One member a line; those with a description are set apart by an empty line. */
function spaced(members: readonly string[]): string {
  return members.map((member, i) => (i > 0 && /^ *"/.test(member) ? `\n${member}` : member)).join('\n');
}

function inputValue(input: InputValueDef, indent: string): string {
  const byDefault = input.defaultValue === null ? '' : ` = ${input.defaultValue}`;
  return `${describe(input.description, indent)}${indent}${input.name}: ${input.type}${byDefault}`;
}

function describe(description: string | null, indent: string): string {
  if (description === null) return '';
  const value = description.toWellFormed(); // a lone surrogate is no GraphQL source character
  const text = print({ kind: Kind.STRING, value, block: fitsBlock(value) });
  return `${indent}${text.replaceAll('\n', `\n${indent}`)}\n`;
}

/** True when a block string keeps the value: it drops outer blank lines and common indentation and escapes nothing. */
function fitsBlock(value: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (value === '' || value !== value.trim() || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(value))
    return false;
  const [, ...rest] = value.split('\n');
  return rest.length === 0 || rest.some((line) => /^\S/.test(line));
}
