// A table's primary key -> the arguments that name one of its rows.

import type { TableView } from '../artifact/decode.ts';
import { must } from '../util/assert.ts';
import { scalarType } from './scalar.ts';
import type { InputValueDef, TypeRegistry } from './types.ts';
import { inputValue, sortedByName } from './types.ts';

/** One for each column of the key, which the role must see all of. */
export function primaryKeyArguments(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const key = must(table.primaryKey, 'a field for one row has its whole primary key visible');
  return sortedByName(
    key.map((name) => {
      const field = table.field(name);
      if (field?.kind !== 'column')
        throw new Error(`Invariant broken: primary key field ${name} is a column`);
      const type = scalarType(registry, registry.role.type(field.type));
      return inputValue(name, field.description, `${type}!`);
    }),
  );
}
