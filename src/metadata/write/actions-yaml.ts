// Actions and custom types -> what actions.yaml says of them beside the SDL: handlers, permissions, relationships.
import type { ActionMetadata, CustomTypes } from '../section-types.ts';

const TYPE_KINDS = ['enums', 'input_objects', 'objects', 'scalars'] as const;

/** The file's content, its keys in the CLI's order; whatever is in `unwritten` is there whole. */
export function actionsFile(
  actions: readonly ActionMetadata[],
  types: CustomTypes,
  unwritten: ReadonlySet<object>,
): unknown {
  return {
    actions: actions.map((action) => actionEntry(action, unwritten.has(action))),
    custom_types: Object.fromEntries(
      TYPE_KINDS.map((kind) => [
        kind,
        (types[kind] ?? []).map((type) => typeEntry({ ...type }, unwritten.has(type))),
      ]),
    ),
  };
}

function actionEntry({ name, definition, permissions, comment }: ActionMetadata, isWhole: boolean): unknown {
  const { type, arguments: accepted, output_type: outputType, ...rest } = definition;
  return {
    name,
    definition: {
      // The CLI knows no kind but a text.
      kind: rest.kind ?? '',
      ...(isWhole ? { type, arguments: accepted, output_type: outputType } : {}),
      handler: rest.handler,
      forward_client_headers: rest.forward_client_headers,
      ignored_client_headers: rest.ignored_client_headers,
      headers: rest.headers,
      timeout: rest.timeout,
      request_transform: rest.request_transform,
      response_transform: rest.response_transform,
    },
    permissions,
    comment,
  };
}

function typeEntry(type: Readonly<Record<string, unknown>>, isWhole: boolean): unknown {
  const { name, description, fields, values, relationships } = type;
  return { name, description, fields: isWhole ? fields : undefined, values, relationships };
}
