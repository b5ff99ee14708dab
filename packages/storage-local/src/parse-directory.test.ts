import { expect, test } from 'vitest';
import { parseDirectory } from './parse-directory.ts';

test('a path and a file URL mean a directory', () => {
  expect(parseDirectory('/var/backups/')).toBe('/var/backups');
  expect(parseDirectory('file:///var/my%20backups')).toBe('/var/my backups');
  expect(parseDirectory('backups')).toBe(`${process.cwd()}/backups`);
});

test('what is no directory is configuration-invalid', () => {
  for (const text of [
    '',
    ' ',
    'file://host/share',
    'file:backups',
    'FILE:./backups',
    'file:',
    'file:///a%2Fb',
    'a\0b',
  ]) {
    expect(() => parseDirectory(text), text).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  }
});
