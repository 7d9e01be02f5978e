// actions.graphql beside actions.yaml -> complete actions and custom types: Hasura keeps arguments and types as SDL
// and everything else as YAML, and its metadata API knows only the two put together.
import {
  GraphQLError,
  Kind,
  parse,
  print,
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type TypeNode,
} from 'graphql';

import type { Place, Report } from './problem.ts';
import { childOf, mappingTree, sequenceTree, treeOf, type Entry, type Tree } from './tree.ts';

/** An action or type as the SDL has it: its keys, and where it stands. */
interface Declared {
  readonly name: string;
  readonly place: Place;
  readonly keys: Readonly<Record<string, unknown>>;
}

const TYPE_KINDS = ['input_objects', 'objects', 'scalars', 'enums'] as const;
type TypeKind = (typeof TYPE_KINDS)[number];

interface Declarations {
  readonly actions: Declared[];
  readonly types: Record<TypeKind, Declared[]>;
}

export interface ActionFiles {
  /** The first position of actions.graphql. */
  readonly file: Place;
  readonly text: string;
  /** `actions` and `custom_types` of actions.yaml. */
  readonly sections: ReadonlyMap<string, Tree>;
  readonly report: Report;
}

/** Puts the two files together; what only one of them knows is reported as Hasura's CLI would. */
export function mergeActionsSdl({ file, text, sections, report }: ActionFiles): ReadonlyMap<string, Tree> {
  const declarations = readSdl(file, text, report);
  if (declarations === undefined) return new Map();
  const merged = new Map<string, Tree>();
  const list = sections.get('actions');
  // Something else than a list is left for the validation to report, and so below for the types.
  if (list !== undefined && list.kind !== 'sequence') merged.set('actions', list);
  else {
    const actions = mergeActions(declarations.actions, list, report);
    if (actions.length > 0) merged.set('actions', sequenceTree(list?.place ?? file, actions));
  }
  const types = mergeTypes(file, declarations, sections.get('custom_types'), report);
  if (types !== undefined) merged.set('custom_types', types);
  return merged;
}

function mergeActions(declared: readonly Declared[], list: Tree | undefined, report: Report): Tree[] {
  const listed = itemsByName(list);
  const actions: Tree[] = [];
  for (const action of declared) {
    const item = listed.get(action.name);
    if (item !== undefined) actions.push(withDefinition(item, action));
    else {
      report(
        action.place,
        `Action "${action.name}" is declared here but not listed in actions.yaml; add it there with its handler.`,
      );
    }
  }
  const isComplete = (item: Tree) => childOf(childOf(item, 'definition'), 'output_type') !== undefined;
  const rest = undeclared(list, declared, isComplete, (name, place) => {
    report(
      place,
      `Action "${name}" is not declared in actions.graphql; add it to "type Query" or "type Mutation" there.`,
    );
  });
  return [...actions, ...rest];
}

function mergeTypes(
  file: Place,
  declarations: Declarations,
  written: Tree | undefined,
  report: Report,
): Tree | undefined {
  if (written !== undefined && written.kind !== 'mapping') return written;
  const entries = new Map<string, Entry>(written?.entries);
  for (const kind of TYPE_KINDS) {
    const list = childOf(written, kind);
    if (list !== undefined && list.kind !== 'sequence') continue;
    const declared = declarations.types[kind];
    const listed = itemsByName(list);
    const types = declared.map((type) => withWritten(listed.get(type.name), type));
    const isComplete = (item: Tree) => (childOf(item, 'fields') ?? childOf(item, 'values')) !== undefined;
    const rest = undeclared(list, declared, isComplete, (name, place) => {
      report(
        place,
        `The type "${name}" is not declared in actions.graphql; declare it there or remove it here.`,
      );
    });
    const place = list?.place ?? file;
    if (types.length + rest.length === 0) entries.delete(kind);
    else entries.set(kind, { place, value: sequenceTree(place, [...types, ...rest]) });
  }
  return entries.size === 0 ? undefined : mappingTree(written?.place ?? file, entries);
}

function nameIn(item: Tree): string | undefined {
  const name = childOf(item, 'name');
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : undefined;
}

function itemsByName(list: Tree | undefined): ReadonlyMap<string, Tree> {
  const items = new Map<string, Tree>();
  if (list?.kind !== 'sequence') return items;
  for (const item of list.items) {
    const name = nameIn(item);
    if (name !== undefined) items.set(name, item);
  }
  return items;
}

/** The items no declaration has taken. Those that need one are complained about and left out. */
function undeclared(
  list: Tree | undefined,
  declared: readonly Declared[],
  isComplete: (item: Tree) => boolean,
  complain: (name: string, place: Place) => void,
): Tree[] {
  if (list?.kind !== 'sequence') return [];
  const names = new Set(declared.map(({ name }) => name));
  return list.items.filter((item) => {
    const name = nameIn(item);
    if (name !== undefined && names.has(name)) return false;
    if (name === undefined || isComplete(item)) return true;
    complain(name, item.place);
    return false;
  });
}

/** What the YAML adds to a declared type: its relationships and its description. Its fields and values are the SDL's. */
function withWritten(item: Tree | undefined, declared: Declared): Tree {
  const base = declaredTree(declared);
  if (item?.kind !== 'mapping') return mappingTree(declared.place, base);
  const entries = new Map([...item.entries, ...base]);
  const description = item.entries.get('description');
  if (description !== undefined) entries.set('description', description);
  return mappingTree(item.place, entries);
}

function withDefinition(action: Tree, declared: Declared): Tree {
  if (action.kind !== 'mapping') return action;
  const definition = action.entries.get('definition');
  if (definition?.value.kind !== 'mapping') return action;
  const value = mappingTree(
    definition.value.place,
    new Map([...definition.value.entries, ...declaredTree(declared)]),
  );
  return mappingTree(
    action.place,
    new Map([...action.entries, ['definition', { place: definition.place, value }]]),
  );
}

function declaredTree({ place, keys }: Declared): Map<string, Entry> {
  return new Map(Object.entries(keys).map(([key, value]) => [key, { place, value: treeOf(place, value) }]));
}

function readSdl(file: Place, text: string, report: Report): Declarations | undefined {
  const declarations: Declarations = {
    actions: [],
    types: { input_objects: [], objects: [], scalars: [], enums: [] },
  };
  // An empty file is what `hasura init` writes, and no document for the parser.
  if (text.replaceAll(/^\uFEFF|#.*$/gm, '').trim() === '') return declarations;
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { line, column } = error.locations?.[0] ?? file;
    report(
      { ...file, line, column },
      `This is not GraphQL: ${error.message}. Correct it here or just before.`,
    );
    return undefined;
  }
  for (const definition of document.definitions) readDefinition(definition, file, declarations, report);
  return declarations;
}

function readDefinition(
  definition: DefinitionNode,
  file: Place,
  { actions, types }: Declarations,
  report: Report,
): void {
  const place = placeOf(definition, file);
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION: {
      const name = definition.name.value;
      const fields = definition.fields ?? [];
      if (name === 'Query' || name === 'Mutation') {
        for (const field of fields)
          actions.push(actionOf(field, name === 'Query' ? 'query' : 'mutation', file));
      } else types.objects.push(typeOf(definition, place, { fields: fields.map(fieldKeys) }));
      return;
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      types.input_objects.push(
        typeOf(definition, place, { fields: (definition.fields ?? []).map(fieldKeys) }),
      );
      return;
    case Kind.SCALAR_TYPE_DEFINITION:
      types.scalars.push(typeOf(definition, place, {}));
      return;
    case Kind.ENUM_TYPE_DEFINITION: {
      const values = (definition.values ?? []).map((value) => ({
        value: value.name.value,
        ...descriptionOf(value),
        ...(value.directives?.some((directive) => directive.name.value === 'deprecated') === true
          ? { is_deprecated: true }
          : {}),
      }));
      types.enums.push(typeOf(definition, place, { values }));
      return;
    }
    default:
      report(
        place,
        'Actions know object types, inputs, scalars and enums only; remove this definition from actions.graphql.',
      );
  }
}

interface Described {
  readonly description?: { readonly value: string; readonly block?: boolean | undefined } | undefined;
}

function typeOf(
  node: Described & { readonly name: { readonly value: string } },
  place: Place,
  keys: Readonly<Record<string, unknown>>,
): Declared {
  const name = node.name.value;
  return { name, place, keys: { name, ...descriptionOf(node), ...keys } };
}

function actionOf(field: FieldDefinitionNode, type: 'query' | 'mutation', file: Place): Declared {
  const keys = { type, arguments: (field.arguments ?? []).map(fieldKeys), output_type: typeText(field.type) };
  return { name: field.name.value, place: placeOf(field, file), keys };
}

function fieldKeys(field: FieldDefinitionNode | InputValueDefinitionNode): Record<string, unknown> {
  return { name: field.name.value, type: typeText(field.type), ...descriptionOf(field) };
}

function descriptionOf({ description }: Described): { readonly description?: string } {
  if (description === undefined) return {};
  // The CLI writes `""" text """` and takes the spaces for its own.
  return { description: description.block === true ? description.value.trim() : description.value };
}

function typeText(type: TypeNode): string {
  return print(type);
}

function placeOf(node: ASTNode, file: Place): Place {
  const start = node.loc?.startToken;
  return start === undefined ? file : { ...file, line: start.line, column: start.column };
}
