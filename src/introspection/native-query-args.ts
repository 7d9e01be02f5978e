// A native query -> the argument `args` of whatever field runs it.

import { nativeQueryArgsTypeName } from '../artifact/type-names.ts';
import type { NativeQueryModel } from '../artifact/types.ts';
import { scalarType } from './scalar.ts';
import type { InputValueDef, TypeRegistry } from './types.ts';
import { inputValue, sortedByName } from './types.ts';

/** The argument `args` of a query with arguments, and its input type. */
export function nativeQueryArgs(
  registry: TypeRegistry,
  native: NativeQueryModel | undefined,
): readonly InputValueDef[] {
  if (!native || native.arguments.length === 0) return [];
  const typeName = nativeQueryArgsTypeName(native.name);
  const about = `${native.name}Native Query Arguments`; // Hasura's own words, without the space
  const input = registry.define(typeName, `the arguments of native query ${native.name}`, null, () => ({
    kind: 'INPUT_OBJECT',
    name: typeName,
    description: about,
    inputFields: sortedByName(
      native.arguments.map(({ name, type, nullable, description }) => {
        const text = scalarType(registry, registry.role.type(type));
        const said = description ?? `Native Query argument ${name}`;
        return inputValue(name, said, nullable ? text : `${text}!`);
      }),
    ),
  }));
  return [inputValue('args', about, `${input}!`)];
}
