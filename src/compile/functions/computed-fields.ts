// Computed fields of the metadata + catalog functions -> how to call each and what it returns.

import type { Inconsistency, ScalarType } from '../../artifact/types.ts';
import type { CatalogFunction } from '../../catalog/types.ts';
import type { ComputedFieldMetadata } from '../../metadata/types.ts';
import { attempt, type MetadataObject, refuse, within } from '../inconsistency.ts';
import { invalidNameReason, isGraphQLName, nameKey, quotedLabel } from '../tables/names.ts';
import { describe } from '../tables/root-fields.ts';
import { hasValidName, scalarOf } from '../tables/scalars.ts';
import { tableMemberObject } from '../tables/tables.ts';
import type { TrackedComputedField, TrackedTable } from '../tables/tracked.ts';
import { type ArgumentRoles, becauseOf, compileCall, isJsonType } from './function-arguments.ts';
import { columnsMissing, functionRows } from './function-rows.ts';

/** A computed field that compiles, with what the list of inconsistencies would call it. */
export interface CompiledComputedField {
  readonly object: MetadataObject;
  readonly field: TrackedComputedField;
}

/** Compiles the computed fields of one table. `typeNames` are those of all tables. */
export function compileComputedFields(
  table: TrackedTable,
  typeNames: ReadonlySet<string>,
  inconsistencies: Inconsistency[],
): CompiledComputedField[] {
  return (table.metadata.computed_fields ?? []).flatMap((metadata, index) => {
    const { name, definition, comment } = metadata;
    const object = tableMemberObject(table, {
      type: 'computed_field',
      name,
      definition: { name, definition, comment: comment ?? '' },
      path: ['computed_fields', index],
    });
    const context = `in table ${quotedLabel(table.catalog)}: in computed field "${name}"`;
    const field = attempt(inconsistencies, object, () =>
      within(context, () => compileComputedField(table, metadata, typeNames)),
    );
    return field ? [{ object, field }] : [];
  });
}

function compileComputedField(
  table: TrackedTable,
  metadata: ComputedFieldMetadata,
  typeNames: ReadonlySet<string>,
): TrackedComputedField {
  const { name, definition, comment } = metadata;
  const overloads = table.source.catalogFunctions.get(nameKey(definition.function)) ?? [];
  const fn = overloads[0] ?? refuse(`no such function exists: ${quotedLabel(definition.function)}`);
  if (overloads.length > 1) {
    refuse(`function ${quotedLabel(fn)} is overloaded. Overloaded functions are not supported`);
  }
  const roles = argumentRoles(fn, definition.table_argument, definition.session_argument);
  const returns = resultOf(fn, table, typeNames);
  const reasons = [
    ...(isGraphQLName(name) ? [] : [`"${name}" is not valid GraphQL name`]),
    ...functionProblems(fn),
    ...('problem' in returns ? [returns.problem] : []),
    ...('problem' in roles ? [roles.problem] : argumentProblems(fn, table, roles)),
  ];
  if (reasons.length > 0 || 'problem' in returns || 'problem' in roles) {
    return refuse(
      `the computed field "${name}" cannot be added to table ${quotedLabel(table.catalog)} ${becauseOf(reasons)}`,
      columnsMissing(fn),
    );
  }
  return {
    name,
    ...compileCall(fn, roles, typeNames),
    returns,
    description: describe(comment, fn.comment, `A computed field, executes function ${quotedLabel(fn)}`),
  };
}

function functionProblems(fn: CatalogFunction): string[] {
  const name = quotedLabel(fn);
  return [
    ...(fn.volatility === 'volatile'
      ? [`the function ${name} is of type VOLATILE; cannot be added as a computed field`]
      : []),
    ...(fn.variadic ? [`the function ${name} has a VARIADIC parameter, which is not supported`] : []),
  ];
}

// ------------------------------------------------------------------ arguments

interface Problem {
  readonly problem: string;
}

function argumentRoles(
  fn: CatalogFunction,
  tableArgument: string | null | undefined,
  sessionArgument: string | null | undefined,
): ArgumentRoles | Problem {
  const position = (argument: string) => fn.arguments.findIndex((a) => a.name === argument);
  const row = tableArgument == null ? 0 : position(tableArgument);
  if (row < 0)
    return { problem: `"${tableArgument}" is not an input argument of the function ${quotedLabel(fn)}` };
  const session = sessionArgument == null ? -1 : position(sessionArgument);
  if (sessionArgument != null && session < 0) {
    return { problem: `"${sessionArgument}" is not an input argument of the function ${quotedLabel(fn)}` };
  }
  return { row, session };
}

function argumentProblems(fn: CatalogFunction, table: TrackedTable, roles: ArgumentRoles): string[] {
  const problems: string[] = [];
  const row = fn.arguments[roles.row];
  const session = fn.arguments[roles.session];
  const name = quotedLabel(fn);
  if (!row) {
    problems.push(`the function ${name} has no input arguments`);
  } else {
    const which =
      roles.row === 0
        ? `first argument of the function ${name}`
        : `"${row.name}" argument of the function ${name}`;
    if (row.type.kind !== 'composite' || row.type.dimensions === 1)
      problems.push(`${which} is not COMPOSITE type`);
    else if (nameKey(row.type) !== nameKey(table.catalog)) {
      problems.push(
        `${which} of type ${quotedLabel(row.type)} is not the table to which the computed field is being added`,
      );
    }
  }
  if (session && !isJsonType(session.type)) {
    problems.push(`"${session.name}" argument of the function ${name} is not of type JSON`);
  }
  return problems;
}

// ------------------------------------------------------------------ result

function resultOf(
  fn: CatalogFunction,
  table: TrackedTable,
  typeNames: ReadonlySet<string>,
): TrackedComputedField['returns'] | Problem {
  const name = quotedLabel(fn);
  const rows = functionRows(table.source, fn, typeNames);
  if (rows) return 'problem' in rows ? rows : { kind: 'table', table: rows, single: !fn.returnsSet };
  if (fn.returns.kind === 'composite' && fn.returns.dimensions === 0) {
    const returned = table.source.tables.get(nameKey(fn.returns));
    if (returned) return { kind: 'table', table: returned, single: false };
    return {
      problem: `the function ${name} returning set of table ${quotedLabel(fn.returns)} is not tracked or not found in database`,
    };
  }
  const type: ScalarType = scalarOf(fn.returns, typeNames);
  if (fn.returns.kind === 'pseudo' || fn.returns.kind === 'composite') {
    return { problem: `the function ${name} returning type ${fn.returns.name} is not a BASE type` };
  }
  if (fn.returnsSet) {
    return {
      problem: `the function ${name} returns a set of ${fn.returns.name}: return one value, or SETOF a tracked table`,
    };
  }
  if (!hasValidName(type)) return { problem: invalidNameReason(type.graphql) };
  return { kind: 'scalar', type };
}
