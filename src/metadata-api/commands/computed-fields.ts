// Commands that add computed fields to tables and drop them.

import { at } from '../../error/path.ts';
import { addComputedFieldArgs, dropComputedFieldArgs } from '../args/functions.ts';
import { about, command, type Commands, fail, noneNew } from './command.ts';
import { drop } from './drop.ts';
import { withList, withTable } from './edit.ts';
import { findTable } from './find.ts';
import { tableMemberId } from './ids.ts';
import { fieldKind } from './members.ts';

export const COMPUTED_FIELD_COMMANDS = {
  /** One that is there is replaced, as in Hasura. */
  add_computed_field: command(addComputedFieldArgs, ({ metadata, args, context, path }) => {
    const { field } = args;
    findTable({ metadata, context, path: at(path, 'table') }, args);
    const changed = withTable(metadata, args, (table) =>
      withList(table, 'computed_fields', (others) =>
        others.some(({ name }) => name === field.name)
          ? others.map((other) => (other.name === field.name ? field : other))
          : [...others, field],
      ),
    );
    return about(changed, tableMemberId(args, 'computed_field', field.name));
  }),
  drop_computed_field: command(dropComputedFieldArgs, ({ metadata, args, context, path }) => {
    const { source, table: name, cascade } = args;
    const table = findTable({ metadata, context, path: at(path, 'table') }, args);
    const kind = fieldKind(table, args, args.name, context);
    if (kind === undefined) {
      fail('not-exists', `computed field ${JSON.stringify(args.name)} does not exist`, at(path, 'name'));
    }
    if (kind !== 'computed field') {
      const found = kind.replace(/^(?:object|array) /, '');
      fail(
        'unexpected-payload',
        `expecting a computed field; but, ${JSON.stringify(args.name)} is a ${found}`,
        at(path, 'name'),
      );
    }
    const object = { kind: 'computed_field', source, table: name, name: args.name } as const;
    return noneNew(drop(object, { metadata, context, path, cascade }));
  }),
} satisfies Commands;
