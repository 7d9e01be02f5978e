// The configuration of bare workerd: names of settings are in it, as text that cannot break out; values never are.

import { describe, expect, it } from 'vitest';

import { workerdConfigText } from '../../scripts/serve/workerd-config.ts';

const SETTINGS = { compatibilityDate: '2026-11-01', compatibilityFlags: ['a', 'b'], vars: { X: 'value' } };

describe('the configuration of workerd', () => {
  it('binds environment variables under their names, without values', () => {
    const text = workerdConfigText({ settings: SETTINGS, environmentNames: ['X'], address: '127.0.0.1:80' });
    expect(text).toContain('(name = "X", fromEnvironment = "X"),');
    expect(text).toContain('compatibilityFlags = ["a", "b"]');
    expect(text).toContain('address = "127.0.0.1:80"');
    expect(text).not.toContain('value');
  });

  it.each([
    ['a quote', 'A"B', '"A\\x22B"'],
    ['a backslash', 'A\\B', '"A\\x5cB"'],
    ['a line end', 'A\nB', '"A\\x0aB"'],
    ['letters of other scripts', 'Ä', '"Ä"'],
  ])('writes %s as a literal', (_fact, name, literal) => {
    const text = workerdConfigText({ settings: SETTINGS, environmentNames: [name], address: '127.0.0.1:80' });
    expect(text).toContain(`fromEnvironment = ${literal}`);
  });
});
