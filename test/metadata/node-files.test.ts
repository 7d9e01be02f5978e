// The directory on disk: links are followed inside of it, and refused when they lead out.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nodeFiles } from '../../scripts/metadata/node-files.ts';
import { readMetadata } from '../../src/metadata/metadata.ts';

describe('files on disk', () => {
  let parent = '';
  let root = '';

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'hedge-metadata-'));
    root = join(parent, 'metadata');
    await mkdir(join(root, 'databases', 'default', 'tables'), { recursive: true });
    await mkdir(join(parent, 'metadata-other'));
    await writeFile(join(parent, 'secret.yaml'), 'table: secret');
    await writeFile(join(parent, 'metadata-other', 'secret.yaml'), 'table: secret');
    await writeFile(join(root, 'version.yaml'), '\uFEFFversion: 3\r\n');
    await writeFile(join(root, 'latin1.yaml'), Buffer.from([0x61, 0xe9]));
    await writeFile(join(root, 'databases', 'default', 'tables', 'users.yaml'), 'table: users\n');
    await symlink('../secret.yaml', join(root, 'out.yaml'));
    await symlink('../metadata-other', join(root, 'sibling'));
    await symlink('loop.yaml', join(root, 'loop.yaml'));
    await symlink('version.yaml', join(root, 'link.yaml'));
    await symlink('nowhere.yaml', join(root, 'dangling.yaml'));
    await symlink('.', join(root, 'self'));
  });

  afterAll(() => rm(parent, { recursive: true, force: true }));

  it.each<[string, RegExp | string | undefined]>([
    ['version.yaml', 'version: 3\r\n'],
    ['link.yaml', 'version: 3\r\n'],
    ['self/self/version.yaml', 'version: 3\r\n'],
    ['missing.yaml', undefined],
    ['version.yaml/below', undefined],
    ['dangling.yaml', undefined],
    ['out.yaml', /leads out of the metadata directory/],
    ['sibling/secret.yaml', /leads out of the metadata directory/],
    ['../secret.yaml', /leads out of the metadata directory/],
    ['loop.yaml', /leads to itself/],
    ['databases', /is a directory/],
    ['latin1.yaml', /is not UTF-8 text; save it as UTF-8/],
    [`${'a'.repeat(300)}.yaml`, /name is too long/],
  ])('%s', async (path, expected) => {
    const reading = async () => nodeFiles(root).readText(path);
    if (expected instanceof RegExp) await expect(reading()).rejects.toThrow(expected);
    else expect(await reading()).toBe(expected);
  });

  it('lists a directory, linked directories as such', async () => {
    const names = (await nodeFiles(root).list('')) ?? [];
    expect(names).toEqual(
      expect.arrayContaining(['version.yaml', 'databases/', 'self/', 'link.yaml', 'dangling.yaml']),
    );
    expect(await nodeFiles(root).list('missing')).toBeUndefined();
    expect(await nodeFiles(join(root, 'nowhere')).list('')).toBeUndefined();
  });

  it('are read as a project, a link out of it being a problem and a linked loop none', async () => {
    await writeFile(join(root, 'network.yaml'), '!include out.yaml\n');
    const { problems } = await readMetadata(nodeFiles(root));
    expect(problems.map(({ file, message }) => `${file}: ${message}`)).toContain(
      'out.yaml: The file cannot be read: it is a link that leads out of the metadata directory.',
    );
    expect(JSON.stringify(problems)).not.toContain('table: secret');
  });
});
