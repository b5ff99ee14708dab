import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demo } from '../../demo/demo.ts';
import { demoIncremental } from '../../demo/incremental.ts';

let tempDir: string;
beforeAll(async () => {
  tempDir = await mkdtemp(join(tmpdir(), 'demo-'));
});
afterAll(() => rm(tempDir, { recursive: true, force: true }));

function recorder() {
  const texts: string[] = [];
  const write = (text: string): void => {
    texts.push(text);
  };
  const terminal = {
    writeOut: write,
    writeError: write,
    writeBytes: async () => true,
    interactive: false,
    prompts: false,
    colours: { out: false, error: false },
    width: () => 80,
  };
  return { terminal, shown: () => texts.join(''), signal: new AbortController().signal };
}

test('the demo of a differential tells its whole story', async () => {
  const { terminal, shown, signal } = recorder();
  const folder = await mkdtemp(join(tempDir, 'incremental-'));
  const place = { terminal, folder, page: '', signal };
  const result = await demoIncremental({ onS3: false, megabytes: 20 }, place);
  expect(result).toMatchObject({ equal: true, tables: 14 });
  expect(result.saved).toMatch(/ stored [\d.]+ \w+ of [\d.]+ MiB \(\d\.\d % of its full\)$/);
  expect(shown()).toContain('  full backup: ');
  expect(shown()).toMatch(/^ {4}new: logs\.events /m);
  expect(shown()).toMatch(/^backup_\w+ +diff\. .* 9\d % /m);
  expect(shown()).toMatch(/keep .*kept for 1 differential/);
  expect(shown().trimEnd()).toMatch(/the servers are stopped$/);
});

test.each([false, true])('the demo tells its whole story, on S3: %s', async (onS3) => {
  const { terminal, shown: all, signal } = recorder();
  const folder = await mkdtemp(join(tempDir, 'one-'));
  const page = join(tempDir, `report-${onS3}.html`);
  const result = await demo({ onS3, megabytes: 3 }, { terminal, folder, page, signal });
  expect(result).toMatchObject({ equal: true, tables: 14 });
  expect(result.damagedObject).toMatch(/^shop\/data\/backup_\w+\/segment-\d{8}\.tar\.zst\.gpg$/);
  const shown = all();
  expect(shown).toContain(`object '${result.damagedObject}' has other bytes than were stored`);
  expect(shown).toContain('exit status 3');
  expect(shown.trimEnd().endsWith(`what stays is a page to open: ${page}`)).toBe(true);
  expect(await readFile(page, 'utf8')).toContain('a verification or a restore found it damaged');
  expect(shown).toMatch(/large objects .* ✓/);
  // commits of a directory are kept in the cache only when they are a few seconds old
  const made = (await readdir(folder)).filter((name) => name !== '.cache');
  expect(made).toEqual(onS3 ? ['keys'] : ['keys', 'repository']);
});
