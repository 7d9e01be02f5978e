// A metadata directory and what it is to say -> the files that change: each section and source where this directory
// keeps it, whatever its layout.
import { isDeepStrictEqual } from 'node:util';

import type { Node } from 'yaml';

import { exportMetadata } from '../../src/metadata/export.ts';
import { joinPath } from '../../src/metadata/files.ts';
import type { MetadataResult } from '../../src/metadata/metadata.ts';
import { isMapping } from '../../src/metadata/schema/common.ts';
import { childOf, plainValue, type Tree } from '../../src/metadata/tree.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { metadataFileContents, SECTION_FILES, type FileContent } from '../../src/metadata/write-directory.ts';
import { yamlText } from '../../src/metadata/write/yaml-text.ts';
import { parseYaml } from '../../src/metadata/yaml.ts';
import { editNode } from './edit-node.ts';
import { editSources } from './edit-sources.ts';
import { NotEditable, openDocuments } from './open-documents.ts';
import type { FileChanges, RecordedFiles } from './recorded-files.ts';

const SINGLE_FILES = ['metadata.json', 'metadata.yaml', 'metadata.yml'];

/**
 * The changes that make the directory say `metadata`, each file edited in place.
 * @throws NotEditable where that cannot be done
 */
export function editProject(files: RecordedFiles, read: MetadataResult, metadata: Metadata): FileChanges {
  const current = exportMetadata(read.metadata);
  const target = exportMetadata(metadata);
  const single = SINGLE_FILES.find((name) => files.texts.has(name));
  if (single !== undefined) return editSingleFile(files, single, read.tree, current, target);
  if (files.texts.has('tables.yaml')) throw new NotEditable('tables.yaml');
  const documents = openDocuments(files);
  const before = metadataFileContents(read.metadata);
  const after = metadataFileContents(metadata);
  for (const [section, file, empty] of SECTION_FILES) {
    const part = {
      key: section,
      tree: childOf(read.tree, section),
      current: current[section] ?? empty,
      target: target[section] ?? empty,
    };
    if (isDeepStrictEqual(part.current, part.target)) continue;
    if (documents.has(file)) editNode(documents, documents.root(file), part);
    else documents.write(file, yamlText(part.target));
  }
  const actions = { before: before.get('actions.yaml'), after: after.get('actions.yaml') };
  if (!isDeepStrictEqual(actions.before, actions.after)) {
    if (documents.has('actions.yaml')) {
      editNode(documents, documents.root('actions.yaml'), {
        key: 'actions.yaml',
        // What the SDL adds to it is not in this file.
        tree: treeOfFile('actions.yaml', files.texts.get('actions.yaml') ?? ''),
        current: dataOf(actions.before),
        target: dataOf(actions.after),
      });
    } else documents.write('actions.yaml', yamlText(dataOf(actions.after)));
  }
  const sdl = after.get('actions.graphql');
  if (sdl !== undefined && 'text' in sdl && !isDeepStrictEqual(before.get('actions.graphql'), sdl)) {
    documents.write('actions.graphql', sdl.text);
  }
  editSources(documents, { tree: childOf(read.tree, 'sources'), current, target, metadata });
  return documents.changes();
}

function dataOf(content: FileContent | undefined): unknown {
  return content !== undefined && 'data' in content ? withoutUndefined(content.data) : undefined;
}

/** Contents of files are made with keys that say nothing. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, withoutUndefined(item)]],
    ),
  );
}

function treeOfFile(file: string, text: string): Tree {
  return parseYaml(file, text, () => {}).tree;
}

type Document = Readonly<Record<string, unknown>>;

/** One file with the whole document, perhaps wrapped as `export_metadata` answers it. */
function editSingleFile(
  files: RecordedFiles,
  file: string,
  tree: Tree,
  current: Document,
  target: Document,
): FileChanges {
  const text = files.texts.get(file) ?? '';
  if (file.endsWith('.json')) {
    const written: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isWrapped = isMapping(written) && written['metadata'] !== undefined;
    const changed = isWrapped ? { ...written, metadata: target } : target;
    return new Map([[file, `${JSON.stringify(changed, null, 2)}\n`]]);
  }
  const own = treeOfFile(file, text);
  const version = childOf(own, 'version');
  // Documents of older versions have other keys.
  if (version === undefined || plainValue(version) !== 3) return new Map([[file, yamlText(target)]]);
  const documents = openDocuments({ ...files, names: new Set([...files.names, joinPath('', file)]) });
  const root = documents.root(file);
  const put = (node: Node): void => root.put(node);
  editNode(documents, { ...root, put }, { key: file, tree, current, target });
  return documents.changes();
}
