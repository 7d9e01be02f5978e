// A scalar type -> `<type>_comparison_exp`: the operators `where` has for it, with Hasura's descriptions.

import { castTargetOf, operatorsOf } from '../artifact/operators.ts';
import { castTypeName, comparisonTypeName, fieldWord, type SourceNaming } from '../artifact/type-names.ts';
import type { ScalarType } from '../artifact/types.ts';
import { scalar, scalarType } from './scalar.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { inputValue, sortedByName } from './types.ts';

/** Defines the comparison of a type, as sources of that naming have it, and what it refers to. */
export function comparisonExp(registry: TypeRegistry, naming: SourceNaming, type: ScalarType): TypeText {
  const name = comparisonTypeName(naming, type);
  return registry.define(name, 'a comparison', null, () => {
    const fields = operatorsOf(type).map((op) =>
      inputValue(
        fieldWord(naming.convention, op),
        describeOperator(op, type),
        operandType(registry, op, type),
      ),
    );
    const cast = castTargetOf(type);
    if (cast) fields.push(inputValue('_cast', null, castExp(registry, naming, type, cast)));
    return {
      kind: 'INPUT_OBJECT',
      name,
      description: `Boolean expression to compare columns of type "${type.graphql}". All fields are combined with logical 'AND'.`,
      inputFields: sortedByName(fields),
    };
  });
}

function castExp(
  registry: TypeRegistry,
  naming: SourceNaming,
  type: ScalarType,
  cast: { readonly key: string; readonly pgName: string },
): TypeText {
  const name = castTypeName(naming, type);
  // PostGIS's types stand in one schema; text stands in pg_catalog, which no comparison asks about.
  const target: ScalarType = {
    pg: { schema: type.pg.schema, name: cast.pgName },
    array: false,
    kind: 'base',
    graphql: cast.key,
  };
  return registry.define(name, 'a cast', null, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: [inputValue(cast.key, null, comparisonExp(registry, naming, target))],
  }));
}

/** The type of an operator's right-hand side. */
function operandType(registry: TypeRegistry, op: string, type: ScalarType): TypeText {
  const own = scalarType(registry, type);
  switch (op) {
    case '_in':
    case '_nin':
    case '_ancestor_any':
    case '_descendant_any':
      return `[${own}!]`;
    case '_is_null':
      return scalar(registry, 'Boolean');
    case '_has_key':
      return scalar(registry, 'String');
    case '_has_keys_any':
    case '_has_keys_all':
    case '_matches_any':
      return `[${scalar(registry, 'String')}!]`;
    case '_matches':
      return scalar(registry, 'lquery');
    case '_matches_fulltext':
      return scalar(registry, 'ltxtquery');
    case '_st_d_within':
      return type.graphql === 'geography' ? dWithinGeography(registry) : dWithin(registry);
    case '_st_3d_d_within':
      return dWithin(registry);
    case '_st_intersects_nband_geom':
      return spatialInput(registry, 'st_intersects_nband_geom_input', () => [
        inputValue('geommin', null, `${scalar(registry, 'geometry')}!`),
        inputValue('nband', null, `${scalar(registry, 'Int')}!`),
      ]);
    case '_st_intersects_geom_nband':
      return spatialInput(registry, 'st_intersects_geom_nband_input', () => [
        inputValue('geommin', null, `${scalar(registry, 'geometry')}!`),
        inputValue('nband', null, scalar(registry, 'Int')),
      ]);
    default:
      return own;
  }
}

function dWithin(registry: TypeRegistry): TypeText {
  return spatialInput(registry, 'st_d_within_input', () => [
    inputValue('distance', null, `${scalar(registry, 'Float')}!`),
    inputValue('from', null, `${scalar(registry, 'geometry')}!`),
  ]);
}

function dWithinGeography(registry: TypeRegistry): TypeText {
  return spatialInput(registry, 'st_d_within_geography_input', () => [
    inputValue('distance', null, `${scalar(registry, 'Float')}!`),
    inputValue('from', null, `${scalar(registry, 'geography')}!`),
    { name: 'use_spheroid', description: null, type: scalar(registry, 'Boolean'), defaultValue: 'true' },
  ]);
}

function spatialInput(
  registry: TypeRegistry,
  name: string,
  fields: () => readonly InputValueDef[],
): TypeText {
  return registry.define(name, 'an input of a spatial operator', null, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: fields(),
  }));
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  _like: 'does the column match the given pattern',
  _nlike: 'does the column NOT match the given pattern',
  _ilike: 'does the column match the given case-insensitive pattern',
  _nilike: 'does the column NOT match the given case-insensitive pattern',
  _similar: 'does the column match the given SQL regular expression',
  _nsimilar: 'does the column NOT match the given SQL regular expression',
  _regex: 'does the column match the given POSIX regular expression, case sensitive',
  _iregex: 'does the column match the given POSIX regular expression, case insensitive',
  _nregex: 'does the column NOT match the given POSIX regular expression, case sensitive',
  _niregex: 'does the column NOT match the given POSIX regular expression, case insensitive',
  _has_key: 'does the string exist as a top-level key in the column',
  _has_keys_any: 'do any of these strings exist as top-level keys in the column',
  _has_keys_all: 'do all of these strings exist as top-level keys in the column',
  _ancestor: 'is the left argument an ancestor of right (or equal)?',
  _ancestor_any: 'does array contain an ancestor of `ltree`?',
  _descendant: 'is the left argument a descendant of right (or equal)?',
  _descendant_any: 'does array contain a descendant of `ltree`?',
  _matches: 'does `ltree` match `lquery`?',
  _matches_any: 'does `ltree` match any `lquery` in array?',
  _matches_fulltext: 'does `ltree` match `ltxtquery`?',
  _st_contains: 'does the column contain the given geometry value',
  _st_crosses: 'does the column cross the given geometry value',
  _st_equals: 'is the column equal to given geometry value (directionality is ignored)',
  _st_overlaps:
    "does the column 'spatially overlap' (intersect but not completely contain) the given geometry value",
  _st_touches: 'does the column have atleast one point in common with the given geometry value',
  _st_within: 'is the column contained in the given geometry value',
  _st_3d_intersects: 'does the column spatially intersect the given geometry value in 3D',
  _st_3d_d_within: 'is the column within a given 3D distance from the given geometry value',
};

function describeOperator(op: string, type: ScalarType): string | null {
  switch (op) {
    case '_contains':
      return type.array
        ? 'does the array contain the given value'
        : 'does the column contain the given json value at the top level';
    case '_contained_in':
      return type.array
        ? 'is the array contained in the given array value'
        : 'is the column contained in the given json value';
    case '_st_intersects':
      return `does the column spatially intersect the given ${type.graphql} value`;
    case '_st_d_within':
      return `is the column within a given distance from the given ${type.graphql} value`;
    default:
      return DESCRIPTIONS[op] ?? null;
  }
}
