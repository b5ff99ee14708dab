import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeName, encodeName } from './name.ts';

test.each([
  ['app', 'app'],
  ['my app', 'my=20app'],
  ['a/b', 'a=2Fb'],
  ['../x', '=2E.=2Fx'],
  ['.', '=2E'],
  ['..', '=2E.'],
  ['.hidden', '=2Ehidden'],
  ['v1.2', 'v1.2'],
  ['a=b', 'a=3Db'],
  ['база', '=D0=B1=D0=B0=D0=B7=D0=B0'],
  ['-x "y"', '-x=20=22y=22'],
])('name %j is stored as %s', (name, encoded) => {
  expect(encodeName(name)).toBe(encoded);
  expect(decodeName(encoded)).toBe(name);
});

test('any name comes back, and is one safe part of a key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 15 }), (name) => {
      const encoded = encodeName(name);
      expect(encoded).toMatch(/^[A-Za-z0-9_=-][A-Za-z0-9._=-]*$/);
      expect(decodeName(encoded)).toBe(name);
    }),
  );
});

test('what encodeName does not make is no name', () => {
  for (const folder of ['', '.', '..', '.x', '=41', '=2f', 'a=', 'a=2', 'a b', '=FF', 'ä']) {
    expect(decodeName(folder), folder).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), (folder) => {
      const name = decodeName(folder);
      if (name !== undefined) expect(encodeName(name)).toBe(folder);
    }),
  );
});

test('an empty, too long or broken name is a configuration error', () => {
  for (const name of ['', 'x'.repeat(201), '\ud800']) {
    expect(() => encodeName(name)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  }
});
