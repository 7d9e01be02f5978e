// Computed fields of the metadata + functions of the catalog -> how to call them and what they give.

import type { Inconsistency } from '../artifact/types.ts';
import type { CatalogFunction, CatalogType } from '../catalog/types.ts';
import type { ComputedFieldMetadata } from '../metadata/types.ts';
import { attempt, refuse, within } from './inconsistency.ts';
import { invalidNameReason, isGraphQLName, label, nameKey, quotedLabel } from './names.ts';
import { describe } from './root-fields.ts';
import { hasValidName, scalarOf } from './scalars.ts';
import { tableMemberObject } from './tables.ts';
import type { TrackedArgument, TrackedComputedField, TrackedSource, TrackedTable } from './tracked.ts';

/** Fills the computed fields of every table; functions that do not fit are inconsistent. */
export function trackComputedFields(
  sources: readonly TrackedSource[],
  inconsistencies: Inconsistency[],
): void {
  const typeNames = new Set(sources.flatMap((s) => [...s.tables.values()].map((t) => t.typeName)));
  for (const source of sources) {
    for (const table of source.tables.values()) {
      for (const [index, metadata] of (table.metadata.computed_fields ?? []).entries()) {
        const object = tableMemberObject(table, {
          type: 'computed_field',
          name: metadata.name,
          definition: {
            name: metadata.name,
            definition: metadata.definition,
            comment: metadata.comment ?? null,
          },
          path: ['computed_fields', index],
        });
        const context = `the computed field "${metadata.name}" cannot be added to table "${label(table.catalog)}"`;
        const field = attempt(inconsistencies, object, () =>
          within(context, () => trackComputedField(table, metadata, typeNames)),
        );
        if (field) table.computedFields.set(field.name, field);
      }
    }
  }
}

function trackComputedField(
  table: TrackedTable,
  metadata: ComputedFieldMetadata,
  typeNames: ReadonlySet<string>,
): TrackedComputedField {
  const { name, definition } = metadata;
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  const taken = table.relationships.has(name) || table.computedFields.has(name);
  if (taken || [...table.columns.values()].some((c) => c.fieldName === name)) {
    refuse(`field definitions have conflicting names: ["${name}"]`);
  }
  const fn = functionOf(table.source, metadata);
  if (fn.volatility === 'volatile') refuse(`the function ${quotedLabel(fn)} is of type VOLATILE`);
  const rowIndex = rowArgument(table, fn, definition.table_argument ?? null);
  const sessionIndex = sessionArgument(fn, definition.session_argument ?? null);
  const args: TrackedArgument[] = [];
  const call = fn.arguments.map((argument, index) => {
    if (index === rowIndex) return { kind: 'row' as const };
    if (index === sessionIndex) return { kind: 'session' as const };
    const type = scalarOf(argument.type, typeNames);
    const argumentName = argument.name ?? `arg_${index + 1}`;
    if (!isGraphQLName(argumentName)) refuse(invalidNameReason(argumentName));
    if (!hasValidName(type)) refuse(invalidNameReason(type.graphql));
    const added = { name: argumentName, sqlName: argument.name, type, hasDefault: argument.hasDefault };
    return { kind: 'client' as const, index: args.push(added) - 1 };
  });
  return {
    name,
    call: { function: { schema: fn.schema, name: fn.name }, arguments: call },
    arguments: args,
    returns: returnsOf(table.source, fn, typeNames),
    description: describe(
      metadata.comment,
      fn.comment,
      `A computed field, executes function ${quotedLabel(fn)}`,
    ),
  };
}

function functionOf(source: TrackedSource, metadata: ComputedFieldMetadata): CatalogFunction {
  const name = metadata.definition.function;
  const [first, ...more] = source.catalogFunctions.get(nameKey(name)) ?? [];
  if (!first) refuse(`no such function exists: ${quotedLabel(name)}`);
  if (more.length > 0) refuse(`the function ${quotedLabel(name)} is overloaded`);
  if (first.variadic) refuse(`the function ${quotedLabel(name)} has a VARIADIC argument`);
  return first;
}

function rowArgument(table: TrackedTable, fn: CatalogFunction, name: string | null): number {
  const index = name === null ? 0 : fn.arguments.findIndex((a) => a.name === name);
  const argument = fn.arguments[index];
  if (!argument) {
    refuse(
      name === null
        ? `the function ${quotedLabel(fn)} has no input arguments`
        : `"${name}" is not an input argument of the function ${quotedLabel(fn)}`,
    );
  }
  const { type } = argument;
  const isRow =
    type.kind === 'composite' && type.dimensions === 0 && nameKey(type) === nameKey(table.catalog);
  if (!isRow) {
    refuse(
      `${name === null ? 'the first argument' : `argument "${name}"`} of the function ${quotedLabel(fn)} ` +
        `of type "${type.name}" is not the table of the computed field`,
    );
  }
  return index;
}

function sessionArgument(fn: CatalogFunction, name: string | null): number {
  if (name === null) return -1;
  const index = fn.arguments.findIndex((a) => a.name === name);
  const argument = fn.arguments[index];
  if (!argument) refuse(`"${name}" is not an input argument of the function ${quotedLabel(fn)}`);
  const { type } = argument;
  if (type.schema !== 'pg_catalog' || type.name !== 'json' || type.dimensions !== 0) {
    refuse(`the session argument "${name}" of the function ${quotedLabel(fn)} is not of type JSON`);
  }
  return index;
}

function returnsOf(
  source: TrackedSource,
  fn: CatalogFunction,
  typeNames: ReadonlySet<string>,
): TrackedComputedField['returns'] {
  if (fn.returnsColumns.length > 0) {
    refuse(
      `the function ${quotedLabel(fn)} returns columns of its own; only tracked tables and scalars are available in this version`,
    );
  }
  const { returns } = fn;
  const table = rowTable(source, returns);
  if (fn.returnsSet) {
    if (!table)
      refuse(
        `the function ${quotedLabel(fn)} returning a set of ${label(returns)} is not a set of a tracked table`,
      );
    return { kind: 'table', table };
  }
  if (returns.kind === 'pseudo' || (returns.kind === 'composite' && returns.dimensions === 0)) {
    refuse(
      `the function ${quotedLabel(fn)} returns type "${returns.name}", which is neither a base type nor a set of a tracked table`,
    );
  }
  const type = scalarOf(returns, typeNames);
  if (!hasValidName(type)) refuse(invalidNameReason(type.graphql));
  return { kind: 'scalar', type };
}

function rowTable(source: TrackedSource, type: CatalogType): TrackedTable | undefined {
  return type.kind === 'composite' && type.dimensions === 0 ? source.tables.get(nameKey(type)) : undefined;
}
