// The configuration of bare workerd: names of settings are in it, as text that cannot break out; values never are.

import { describe, expect, it } from 'vitest';

import { workerdConfigText } from '../../scripts/serve/workerd-config.ts';

const SETTINGS = { compatibilityDate: '2026-11-01', compatibilityFlags: ['a', 'b'], vars: { X: 'value' } };

const CONFIG = {
  settings: SETTINGS,
  modules: ['worker.js', 'chunk-A.js'],
  address: '127.0.0.1:80',
  objectsFolder: '/tmp/objects',
};

describe('the configuration of workerd', () => {
  it('binds environment variables under their names, without values', () => {
    const text = workerdConfigText({ ...CONFIG, environmentNames: ['X'] });
    expect(text).toContain('(name = "X", fromEnvironment = "X"),');
    expect(text).toContain('compatibilityFlags = ["a", "b"]');
    expect(text).toContain('address = "127.0.0.1:80"');
    expect(text).not.toContain('value');
  });

  it('starts with the first module and has the others at hand', () => {
    expect(workerdConfigText({ ...CONFIG, environmentNames: [] })).toMatch(
      /modules = \[\s+\(name = "worker\.js", esModule = embed "worker\.js"\),\s+\(name = "chunk-A\.js", esModule/,
    );
  });

  it('passes flags to V8', () => {
    const text = workerdConfigText({ ...CONFIG, environmentNames: [], v8Flags: ['--max-heap-size=128'] });
    expect(text).toContain(String.raw`v8Flags = ["--max-heap-size\x3d128"],`);
  });

  it.each([
    ['a quote', 'A"B', '"A\\x22B"'],
    ['a backslash', 'A\\B', '"A\\x5cB"'],
    ['a line end', 'A\nB', '"A\\x0aB"'],
    ['letters of other scripts', 'Ä', '"Ä"'],
  ])('writes %s as a literal', (_fact, name, literal) => {
    const text = workerdConfigText({ ...CONFIG, environmentNames: [name] });
    expect(text).toContain(`fromEnvironment = ${literal}`);
  });
});
