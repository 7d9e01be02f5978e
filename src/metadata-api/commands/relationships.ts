// Commands that create, rename, comment and drop relationships.

import { quotedLabel } from '../../compile/tables/names.ts';
import type { Parser } from '../args/parse.ts';
import {
  createArrayRelationshipArgs,
  createObjectRelationshipArgs,
  type CreateRelationshipArgs,
  dropRelationshipArgs,
  renameRelationshipArgs,
  setRelationshipCommentArgs,
} from '../args/relationships.ts';
import { about, command, type CommandDefinition, type Commands, fail, noneNew } from './command.ts';
import { drop } from './drop.ts';
import { withKey, withList, withTable } from './edit.ts';
import { findTable } from './find.ts';
import { tableMemberId } from './ids.ts';
import { fieldKind, relationshipList } from './members.ts';
import { renameRelationship } from './rename-relationship.ts';

export const RELATIONSHIP_COMMANDS = {
  create_object_relationship: createRelationship('object', createObjectRelationshipArgs),
  create_array_relationship: createRelationship('array', createArrayRelationshipArgs),
  drop_relationship: command(dropRelationshipArgs, (input) => {
    const { metadata, args, context, path } = input;
    const { source, table, relationship: name, cascade } = args;
    relationshipList(findTable(input, args), args, name, input);
    return noneNew(drop({ kind: 'relationship', source, table, name }, { metadata, context, path, cascade }));
  }),
  rename_relationship: command(renameRelationshipArgs, (input) => {
    const { metadata, args, context, path } = input;
    const table = findTable(input, args);
    relationshipList(table, args, args.name, input);
    if (fieldKind(table, args, args.newName, context) !== undefined) {
      fail(
        'already-exists',
        `cannot rename relationship ${JSON.stringify(args.name)} to ${JSON.stringify(args.newName)} in table ` +
          `${quotedLabel(args.table)} as a column/relationship with the name already exists`,
        path,
      );
    }
    return noneNew(renameRelationship(metadata, context.catalogs, args));
  }),
  set_relationship_comment: command(setRelationshipCommentArgs, (input) => {
    const { metadata, args } = input;
    const { relationship: name, comment } = args;
    const key = relationshipList(findTable(input, args), args, name, input);
    const type = key === 'object_relationships' ? 'object_relation' : 'array_relation';
    const changed = withTable(metadata, args, (table) =>
      withList(table, key, (relationships) =>
        relationships.map((one) => (one.name === name ? withKey(one, 'comment', comment) : one)),
      ),
    );
    return about(changed, tableMemberId(args, type, name));
  }),
} satisfies Commands;

function createRelationship(
  kind: 'object' | 'array',
  read: Parser<CreateRelationshipArgs>,
): CommandDefinition {
  return command(read, (input) => {
    const { metadata, args, context, path } = input;
    const { relationship } = args;
    const { name } = relationship;
    if (fieldKind(findTable(input, args), args, name, context) !== undefined) {
      fail(
        'already-exists',
        `field with name ${JSON.stringify(name)} already exists in table ${quotedLabel(args.table)}`,
        path,
      );
    }
    const changed = withTable(metadata, args, (table) =>
      withList(table, `${kind}_relationships`, (others) => [...others, relationship]),
    );
    return about(changed, tableMemberId(args, `${kind}_relation`, name));
  });
}
