import { execFileSync } from 'node:child_process';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeResultFile } from './result-file.ts';

test('a device is written to, and stays one', () => {
  expect(writeResultFile('resultFile', '/dev/null', 'text')).toBeUndefined();
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  expect(writeResultFile('resultFile', '/dev/full', 'text')?.message).toContain('(ENOSPC)');
  expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
});

test('a pipe stays one; a file is replaced as a whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'result-file-'));
  const [pipe, file] = [join(folder, 'pipe'), join(folder, 'file')];
  execFileSync('mkfifo', [pipe]);
  const reader = openSync(pipe, 'r+'); // for both ends, so that nobody waits
  expect(writeResultFile('resultFile', pipe, 'text')).toBeUndefined();
  const read = Buffer.alloc(4);
  readSync(reader, read);
  closeSync(reader);
  expect(read.toString()).toBe('text');
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  for (const text of ['a longer text', 'b']) expect(writeResultFile('resultFile', file, text)).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe('b');
  rmSync(folder, { recursive: true });
});

test('a file is private, but metrics may be read by a node exporter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'result-file-'));
  const before = process.umask(0o077);
  const modes = (['resultFile', 'metricsFile'] as const).map((option) => {
    const file = join(folder, option);
    expect(writeResultFile(option, file, 'text')).toBeUndefined();
    return lstatSync(file).mode & 0o777;
  });
  process.umask(before);
  expect(modes).toEqual([0o600, 0o644]);
  rmSync(folder, { recursive: true });
});

test('no link of somebody else is followed, and nothing is left where the file cannot be replaced', () => {
  const folder = mkdtempSync(join(tmpdir(), 'result-file-'));
  const [victim, file, taken] = [join(folder, 'victim'), join(folder, 'file'), join(folder, 'taken')];
  writeFileSync(victim, 'precious', { mode: 0o600 });
  symlinkSync(victim, `${file}.${process.pid}.partial`);
  symlinkSync(victim, file);
  mkdirSync(taken);
  expect(writeResultFile('metricsFile', file, 'text')).toBeUndefined();
  expect([readFileSync(victim, 'utf8'), lstatSync(victim).mode & 0o777]).toEqual(['precious', 0o600]);
  expect([readFileSync(file, 'utf8'), lstatSync(file).isSymbolicLink()]).toEqual(['text', false]);
  expect(writeResultFile('resultFile', taken, 'text')?.message).toContain('(EISDIR)');
  expect(readdirSync(folder).filter((name) => name.startsWith('taken'))).toEqual(['taken']);
  rmSync(folder, { recursive: true });
});
