// Tracked functions of the metadata + catalog -> how to call each, which table's rows it gives, and what it is called.

import { functionArgsTypeName } from '../../artifact/type-names.ts';
import type { Inconsistency } from '../../artifact/types.ts';
import type { CatalogFunction } from '../../catalog/types.ts';
import type { FunctionMetadata } from '../../metadata/types.ts';
import { attempt, type MetadataObject, type MetadataPath, refuse, report, within } from '../inconsistency.ts';
import { defaultGraphQLName, isGraphQLName, label, nameKey, quotedLabel } from '../tables/names.ts';
import { type BaseName, baseNameOf, rootFieldName } from '../tables/naming.ts';
import { describe } from '../tables/root-fields.ts';
import type { TrackedFunction, TrackedRows, TrackedSource } from '../tables/tracked.ts';
import { becauseOf, compileCall, isJsonType } from './function-arguments.ts';
import { columnsMissing, functionRows } from './function-rows.ts';

/**
 * Compiles the tracked functions of every source. Tables must have been tracked before. Functions that are missing,
 * overloaded, or that give no rows are inconsistent and stay out. `typeNames` are those of all object types.
 */
export function trackFunctions(
  sources: readonly TrackedSource[],
  typeNames: ReadonlySet<string>,
  inconsistencies: Inconsistency[],
): TrackedFunction[] {
  return sources.flatMap((source) => {
    const all = source.metadata.functions ?? [];
    const counts = Map.groupBy(all, (f) => nameKey(f.function));
    return all.flatMap((metadata, index): TrackedFunction[] => {
      const object = functionObject(source, metadata, [...source.path, 'functions', index]);
      if ((counts.get(nameKey(metadata.function))?.length ?? 0) > 1) {
        report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
        return [];
      }
      const fn = attempt(inconsistencies, object, () => trackFunction(source, metadata, object, typeNames));
      return fn ? [fn] : [];
    });
  });
}

/** A function as the list of inconsistencies names it. */
function functionObject(
  source: TrackedSource,
  { function: name }: FunctionMetadata,
  path: MetadataPath,
): MetadataObject {
  return {
    type: 'function',
    name: `function ${label(name)} in source ${source.metadata.name}`,
    definition: { schema: name.schema, name: name.name },
    path,
  };
}

function trackFunction(
  source: TrackedSource,
  metadata: FunctionMetadata,
  object: MetadataObject,
  typeNames: ReadonlySet<string>,
): TrackedFunction {
  const fn = within(`in function ${quotedLabel(metadata.function)}`, () => {
    const found = onlyFunction(source, metadata);
    const rows = functionRows(source, found, typeNames);
    const reasons = problems(source, metadata, found, rows);
    if (reasons.length > 0) {
      refuse(
        `the function ${quotedLabel(found)} cannot be tracked ${becauseOf(reasons)}`,
        columnsMissing(found),
      );
    }
    return found;
  });
  const own = functionRows(source, fn, typeNames);
  const returns =
    (own && !('problem' in own) ? own : undefined) ??
    source.tables.get(nameKey(fn.returns)) ??
    refuse(`table ${quotedLabel(fn.returns)} is not tracked`);
  return within(`in function ${quotedLabel(fn)}`, () => {
    const { configuration, permissions } = metadata;
    const session = fn.arguments.findIndex(
      (a) => a.name !== null && a.name === configuration?.session_argument,
    );
    const base = baseNameOf(source.naming, fn, configuration?.custom_name);
    const exposedAs = configuration?.exposed_as ?? (fn.volatility === 'volatile' ? 'mutation' : 'query');
    return {
      object,
      source,
      exposedAs,
      name: base.text,
      ...compileCall(fn, { row: -1, session }, typeNames),
      argsTypeName: functionArgsTypeName(source.naming, base.text),
      returns,
      single: !fn.returnsSet,
      rootFields: rootFieldsOf(metadata, fn, returns, { base, exposedAs }),
      roles: new Set(permissions?.map(({ role }) => role)),
    };
  });
}

function rootFieldsOf(
  { configuration, comment }: FunctionMetadata,
  fn: CatalogFunction,
  { source, catalog, typeName, rowsOf }: TrackedRows,
  { base, exposedAs }: { readonly base: BaseName; readonly exposedAs: TrackedFunction['exposedAs'] },
): TrackedFunction['rootFields'] {
  const { function: rows, function_aggregate: aggregate } = configuration?.custom_root_fields ?? {};
  const name = quotedLabel(fn);
  const table = rowsOf ? `"${typeName}"` : quotedLabel(catalog);
  return {
    function: {
      name: rootFieldName(source.naming, base, {}, rows),
      description:
        exposedAs === 'mutation'
          ? `execute VOLATILE function ${name} which returns ${table}`
          : describe(comment, null, `execute function ${name} which returns ${table}`),
    },
    function_aggregate: {
      name: rootFieldName(source.naming, base, { after: 'aggregate' }, aggregate),
      description: `execute function ${name} and query aggregates on result of table type ${table}`,
    },
  };
}

function onlyFunction(source: TrackedSource, { function: name }: FunctionMetadata): CatalogFunction {
  const overloads = source.catalogFunctions.get(nameKey(name)) ?? [];
  const fn = overloads[0] ?? refuse(`no such function exists: ${quotedLabel(name)}`);
  if (overloads.length > 1) {
    refuse(`function ${quotedLabel(name)} is overloaded. Overloaded functions are not supported`);
  }
  return fn;
}

/** Why the function cannot be a root field, in Hasura's order and words. `rows` are of one that declares its columns. */
function problems(
  source: TrackedSource,
  metadata: FunctionMetadata,
  fn: CatalogFunction,
  rows: ReturnType<typeof functionRows>,
): string[] {
  const { exposed_as: exposedAs, session_argument: session, response } = metadata.configuration ?? {};
  const reasons: string[] = [];
  if (!isGraphQLName(defaultGraphQLName(fn))) reasons.push('function name is not a legal GraphQL identifier');
  if (fn.variadic) reasons.push('function with "VARIADIC" parameters are not supported');
  const { returns } = fn;
  if (rows) {
    if ('problem' in rows) reasons.push(rows.problem);
  } else {
    const composite = returns.kind === 'composite' && returns.dimensions === 0;
    if (!composite) reasons.push('the function does not return a "COMPOSITE" type');
    if (!composite || !source.catalogTables.has(nameKey(returns))) {
      reasons.push('the function does not return a table');
    }
  }
  if (response?.table && nameKey(response.table) !== nameKey(returns)) {
    reasons.push(
      `the function does not return rows of ${quotedLabel(response.table)}, which "response" names`,
    );
  }
  if (exposedAs === 'mutation' && fn.volatility !== 'volatile') {
    reasons.push(
      'the function was requested to be exposed as a mutation, but is not marked VOLATILE. ' +
        'Maybe the function was given the wrong volatility when it was defined?',
    );
  }
  const invalid = fn.arguments.flatMap(({ name }) => (name === null || isGraphQLName(name) ? [] : [name]));
  if (invalid.length > 0) {
    reasons.push(`the function arguments ${invalid.join(',')} are not in compliance with GraphQL spec`);
  }
  if (session != null) {
    const argument = fn.arguments.find(({ name }) => name === session);
    if (!argument) reasons.push(`given session argument "${session}" not the input argument of the function`);
    else if (!isJsonType(argument.type))
      reasons.push(`given session argument "${session}" is not of type json`);
  }
  return reasons;
}
