// Actions and custom types -> the SDL of actions.graphql, laid out as Hasura's CLI does it.
import { GraphQLError, parse, parseType, print } from 'graphql';

import type { ActionMetadata, CustomTypes, EnumType, InputObjectType, ObjectType } from '../section-types.ts';

/** What stands in actions.graphql, and what of it the SDL could not hold. */
export interface WrittenSdl {
  readonly text: string;
  /** Actions and types whose names or types are not GraphQL's: actions.yaml has them whole. */
  readonly unwritten: ReadonlySet<object>;
}

/**
 * The SDL of all actions and types; actions in the order given, types as enums, inputs, objects, scalars.
 *
 *     type Mutation {
 *       login(
 *         name: String!
 *       ): Token
 *     }
 */
export function writeActionsSdl(actions: readonly ActionMetadata[], types: CustomTypes): WrittenSdl {
  const unwritten = new Set<object>();
  const write = <T extends object>(items: readonly T[] | undefined, sdlOf: (item: T) => string): string[] =>
    (items ?? []).flatMap((item) => {
      const sdl = sdlOf(item);
      if (isSdl(sdl)) return [sdl];
      unwritten.add(item);
      return [];
    });
  const parts = write(actions, actionSdl).map((sdl) => `${sdl}\n\n\n`);
  const declared = [
    ...write(types.enums, enumSdl),
    ...write(types.input_objects, (type) => fieldsSdl('input', type)),
    ...write(types.objects, (type) => fieldsSdl('type', type)),
    ...write(types.scalars, (type) => `${descriptionSdl(type.description)}scalar ${type.name}`),
  ].map((sdl) => `${sdl}\n\n`);
  return { text: `${parts.join('')}\n\n${declared.join('')}`, unwritten };
}

/** Hostile names could end a definition and begin another: whatever is not one definition is not written. */
function isSdl(sdl: string): boolean {
  try {
    return sdl !== '' && parse(sdl).definitions.length === 1;
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

const NAME = /^[_A-Za-z][_0-9A-Za-z]*$/;

/** Whether reading the SDL gives the same text again. */
function isTypeText(text: string): boolean {
  try {
    return print(parseType(text)) === text;
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

function actionSdl({ name, definition }: ActionMetadata): string {
  const { type, arguments: accepted = [], output_type: outputType } = definition;
  if (!NAME.test(name) || !isTypeText(outputType) || !accepted.every(isField)) return '';
  const lines = accepted.map(
    (argument) => `    ${descriptionSdl(argument.description)}${argument.name}: ${argument.type}`,
  );
  const list = lines.length === 0 ? '' : `(\n${lines.join('\n')}\n  )`;
  return `type ${type === 'query' ? 'Query' : 'Mutation'} {\n  ${name}${list}: ${outputType}\n}`;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly description?: string | null;
  readonly arguments?: unknown;
}

/** Arguments of a type's field are any JSON, so they stay in the YAML with the whole type. */
function isField(field: Field): boolean {
  return NAME.test(field.name) && isTypeText(field.type) && (field.arguments ?? null) === null;
}

function fieldsSdl(keyword: 'input' | 'type', type: InputObjectType | ObjectType): string {
  const isAction = keyword === 'type' && (type.name === 'Query' || type.name === 'Mutation');
  if (!NAME.test(type.name) || isAction || !type.fields.every(isField)) return '';
  const lines = type.fields.map(
    (field) => `  ${descriptionSdl(field.description)}${field.name}: ${field.type}`,
  );
  return `${descriptionSdl(type.description)}${keyword} ${type.name} {\n${lines.join('\n')}\n}`;
}

function enumSdl({ name, description, values }: EnumType): string {
  if (!NAME.test(name) || !values.every(({ value }) => NAME.test(value))) return '';
  const lines = values.map(
    (value) =>
      `  ${descriptionSdl(value.description)}${value.value}${value.is_deprecated === true ? ' @deprecated' : ''}`,
  );
  return `${descriptionSdl(description)}enum ${name} {\n${lines.join('\n')}\n}`;
}

/** `""" text """ ` as the CLI writes it, a quoted text where that would not come back as it is. */
function descriptionSdl(description: string | null | undefined): string {
  if (description === undefined || description === null) return '';
  const asBlock = `""" ${description} """`;
  return `${isBlockText(description) ? asBlock : JSON.stringify(description)} `;
}

function isBlockText(text: string): boolean {
  return text !== '' && text === text.trim() && !/["\\\n\r]/.test(text);
}
