// What a role's GraphQL schema consists of, as light data: 1,000 tables give some 30,000 types, which as graphql-js
// objects would not fit into a worker. References to types are texts in GraphQL's own notation.

import type { RoleView, TableView } from '../artifact/decode.ts';

/** A reference to a type as GraphQL writes it: `users`, `Int!`, `[users!]!`. */
export type TypeText = string;

/** An argument, or a field of an input object. */
export interface InputValueDef {
  readonly name: string;
  readonly description: string | null;
  readonly type: TypeText;
  /** As a GraphQL literal. */
  readonly defaultValue: string | null;
}

export interface FieldDef {
  readonly name: string;
  readonly description: string | null;
  readonly args: readonly InputValueDef[];
  readonly type: TypeText;
}

export interface EnumValueDef {
  readonly name: string;
  readonly description: string | null;
}

/** One named type; its members are sorted by name, as in Hasura's answers. */
export type TypeDef =
  | { readonly kind: 'SCALAR'; readonly name: string; readonly description: string | null }
  | {
      readonly kind: 'OBJECT';
      readonly name: string;
      readonly description: string | null;
      readonly fields: readonly FieldDef[];
      /** Names of those it implements; none unless given. */
      readonly interfaces?: readonly string[];
    }
  | {
      readonly kind: 'INTERFACE';
      readonly name: string;
      readonly description: string | null;
      readonly fields: readonly FieldDef[];
      /** Names of the objects that implement it. */
      readonly possibleTypes: readonly string[];
    }
  | {
      readonly kind: 'INPUT_OBJECT';
      readonly name: string;
      readonly description: string | null;
      readonly inputFields: readonly InputValueDef[];
    }
  | {
      readonly kind: 'ENUM';
      readonly name: string;
      readonly description: string | null;
      readonly values: readonly EnumValueDef[];
    };

/** A table as a role selects from it, or writes to it. */
export type Described = Pick<TableView, 'source' | 'table'> & { readonly rowsOf?: TableView['rowsOf'] };

/** Where the makers of types meet: whoever refers to a type defines it, so that only reachable types exist. */
export interface TypeRegistry {
  readonly role: RoleView;
  /**
   * Names a type and returns the name. `what` and `table` say what it is made from; a second definition from
   * something else is a clash.
   * @throws HedgeError `unexpected` on a clash, naming both.
   */
  define(name: string, what: string, table: Described | null, make: () => TypeDef): TypeText;
}

/** An input value without default. */
export function inputValue(name: string, description: string | null, type: TypeText): InputValueDef {
  return { name, description, type, defaultValue: null };
}

/**
 * Sorts by name in ASCII order. Of several members with one name the first stays: a column called `_and` gives way
 * to the operator, `<relationship>_aggregate` to a column of that name.
 */
export function sortedByName<T extends { readonly name: string }>(members: readonly T[]): readonly T[] {
  return [...members]
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .filter((member, i, all) => all[i - 1]?.name !== member.name);
}

/** A table's name in descriptions: `users`, `app.users`. */
export function describedTable(table: Described): string {
  const { schema, name } = table.table;
  if (table.rowsOf) return table.rowsOf.name;
  return schema === 'public' ? name : `${schema}.${name}`;
}
