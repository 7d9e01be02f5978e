// A part of a role's model, with the role's numbers for types and tables -> the same with other numbers.

import { unreachable } from '../util/assert.ts';
import type { BoolExp, FieldModel, FunctionArgument, NativeQueryModel, TableRef, TypeRef } from './types.ts';

/** New numbers for old ones. */
export interface Renumbering {
  readonly type: (ref: TypeRef) => TypeRef;
  readonly table: (ref: TableRef) => TableRef;
}

/** `visible` is left as it is: it stands apart in the text. */
export function renumberField(field: FieldModel, to: Renumbering): FieldModel {
  switch (field.kind) {
    case 'column':
      return { ...field, type: to.type(field.type) };
    case 'object_relationship':
    case 'array_relationship':
      return {
        ...field,
        table: to.table(field.table),
        ...(field.native && { native: renumberNative(field.native, to.type) }),
      };
    case 'computed_field': {
      const { returns } = field;
      return {
        ...field,
        arguments: renumberArguments(field.arguments, to.type),
        returns:
          returns.kind === 'scalar'
            ? { ...returns, type: to.type(returns.type) }
            : { ...returns, table: to.table(returns.table) },
      };
    }
    default:
      return unreachable(field);
  }
}

export function renumberArguments(
  args: readonly FunctionArgument[],
  type: Renumbering['type'],
): readonly FunctionArgument[] {
  return args.map((argument) => ({ ...argument, type: type(argument.type) }));
}

export function renumberNative(native: NativeQueryModel, type: Renumbering['type']): NativeQueryModel {
  return { ...native, arguments: native.arguments.map((one) => ({ ...one, type: type(one.type) })) };
}

export function renumberExp(exp: BoolExp, type: Renumbering['type']): BoolExp {
  switch (exp.kind) {
    case 'true':
    case 'compare_columns':
      return exp;
    case 'and':
    case 'or':
      return { ...exp, exps: exp.exps.map((member) => renumberExp(member, type)) };
    case 'not':
    case 'relationship':
    case 'exists':
    case 'computed_table':
      return { ...exp, exp: renumberExp(exp.exp, type) };
    case 'compare':
    case 'computed_field':
      return { ...exp, type: type(exp.type) };
    case 'cast':
      return { ...exp, type: type(exp.type), to: type(exp.to) };
    default:
      return unreachable(exp);
  }
}
