// Objects of the metadata -> what the list of inconsistencies calls them, so that a command knows its own among them.

import { label } from '../../compile/tables/names.ts';
import type { FunctionName } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import type { ObjectId } from '../types.ts';

export function sourceId(name: string): ObjectId {
  return { type: 'source', name: `source ${name}` };
}

export function tableId({ source, table }: TableArgs): ObjectId {
  return { type: 'table', name: `table ${label(table)} in source ${source}` };
}

/** `type` is `object_relation`, `select_permission`, `computed_field`, …; a permission's name is its role. */
export function tableMemberId({ source, table }: TableArgs, type: string, name: string): ObjectId {
  return { type, name: `${type} ${name} in table ${label(table)} in source ${source}` };
}

export function functionId(source: string, name: FunctionName): ObjectId {
  return { type: 'function', name: `function ${label(name)} in source ${source}` };
}

export function functionPermissionId(source: string, name: FunctionName, role: string): ObjectId {
  return {
    type: 'function_permission',
    name: `function_permission ${role} in function ${label(name)} in source ${source}`,
  };
}

export function nativeQueryId(source: string, name: string): ObjectId {
  return { type: 'native_query', name: `native_query ${name} in source ${source}` };
}

export function logicalModelId(source: string, name: string): ObjectId {
  return { type: 'logical_model', name: `logical_model ${name} in source ${source}` };
}

export function inheritedRoleId(role: string): ObjectId {
  return { type: 'inherited_role', name: `inherited_role inherited role ${role}` };
}

export function restEndpointId(name: string): ObjectId {
  return { type: 'rest_endpoint', name: `rest_endpoint ${name}` };
}
