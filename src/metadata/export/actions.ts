// Actions and their types -> as Hasura exports them.
import type {
  ActionDefinition,
  ActionMetadata,
  CustomTypeField,
  CustomTypes,
  EnumType,
  InputObjectType,
  ObjectType,
  ScalarType,
} from '../section-types.ts';
import { alphabetical, filled, object, withKeys, type JsonObject } from './json.ts';

/** Seconds an action's handler has unless its definition says so. */
const DEFAULT_TIMEOUT_S = 30;

export function exportAction({ name, definition, comment, permissions }: ActionMetadata): JsonObject {
  return object({
    name,
    definition: exportDefinition(definition),
    comment,
    permissions: filled(permissions)?.map((permission) =>
      object({ role: permission.role, comment: permission.comment }),
    ),
  });
}

function exportDefinition(definition: ActionDefinition): JsonObject {
  const { type = 'mutation', timeout, forward_client_headers: forward } = definition;
  return object({
    handler: definition.handler,
    output_type: definition.output_type,
    forward_client_headers: forward === true ? true : undefined,
    ignored_client_headers: filled(definition.ignored_client_headers),
    headers: alphabetical(filled(definition.headers)),
    arguments: filled(definition.arguments)?.map((argument) =>
      object({ name: argument.name, type: argument.type, description: argument.description }),
    ),
    request_transform: alphabetical(definition.request_transform),
    response_transform: alphabetical(definition.response_transform),
    type,
    // An action that is a query waits for its answer.
    kind: type === 'query' ? undefined : (definition.kind ?? 'synchronous'),
    timeout: timeout === DEFAULT_TIMEOUT_S ? undefined : timeout,
  });
}

/** The types in the order they were declared; undefined when there are none. */
export function exportCustomTypes(types: CustomTypes | undefined): unknown {
  return withKeys(
    object({
      input_objects: filled(types?.input_objects)?.map(exportInputObject),
      objects: filled(types?.objects)?.map(exportObjectType),
      scalars: filled(types?.scalars)?.map(exportScalar),
      enums: filled(types?.enums)?.map(exportEnum),
    }),
  );
}

function exportInputObject({ name, fields, description }: InputObjectType): JsonObject {
  return object({ name, fields: fields.map(exportField), description });
}

function exportObjectType({ name, fields, description, relationships }: ObjectType): JsonObject {
  return object({
    name,
    fields: fields.map(exportField),
    description,
    relationships: alphabetical(
      filled(relationships)?.map((relationship) => ({ source: 'default', ...relationship })),
    ),
  });
}

function exportField({ name, type, arguments: accepted, description }: CustomTypeField): JsonObject {
  return object({ name, type, arguments: alphabetical(accepted), description });
}

function exportScalar({ name, description }: ScalarType): JsonObject {
  return object({ name, description });
}

function exportEnum({ name, values, description }: EnumType): JsonObject {
  return object({
    name,
    values: values.map(({ value, description: text, is_deprecated: deprecated }) =>
      object({ description: text, is_deprecated: deprecated === true ? true : undefined, value }),
    ),
    description,
  });
}
