// Commands that add and drop roles which inherit the permissions of others.

import { addInheritedRoleArgs, dropInheritedRoleArgs } from '../args/collections.ts';
import { about, command, type Commands, fail } from './command.ts';
import { withList } from './edit.ts';
import { inheritedRoleId } from './ids.ts';

export const INHERITED_ROLE_COMMANDS = {
  /** A role that is there gets the new set of parents, as in Hasura. */
  add_inherited_role: command(addInheritedRoleArgs, ({ metadata, args, path }) => {
    const { role_name: name, role_set: parents } = args;
    if (parents.includes(name)) {
      fail('invalid-params', 'an inherited role name cannot be in the role combination', path);
    }
    const changed = withList(metadata, 'inherited_roles', (roles) =>
      roles.some((role) => role.role_name === name)
        ? roles.map((role) => (role.role_name === name ? args : role))
        : [...roles, args],
    );
    return about(changed, inheritedRoleId(name));
  }),
  drop_inherited_role: command(dropInheritedRoleArgs, ({ metadata, args: { role: name }, path }) => {
    if (metadata.inherited_roles?.some((role) => role.role_name === name) !== true) {
      fail('not-exists', `${JSON.stringify(name)} inherited role doesn't exist`, path);
    }
    const changed = withList(metadata, 'inherited_roles', (roles) =>
      roles.filter((role) => role.role_name !== name),
    );
    return about(changed, inheritedRoleId(name));
  }),
} satisfies Commands;
