import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demo } from '../../demo/demo.ts';

let tempDir: string;
beforeAll(async () => {
  tempDir = await mkdtemp(join(tmpdir(), 'demo-'));
});
afterAll(() => rm(tempDir, { recursive: true, force: true }));

test.each([false, true])('the demo tells its whole story, on S3: %s', async (onS3) => {
  let shown = '';
  const write = (text: string): void => {
    shown += text;
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
  const { signal } = new AbortController();
  const folder = await mkdtemp(join(tempDir, 'one-'));
  const page = join(tempDir, `report-${onS3}.html`);
  const result = await demo({ onS3, megabytes: 3 }, { terminal, folder, page, signal });
  expect(result).toMatchObject({ equal: true, tables: 14 });
  expect(result.damagedObject).toMatch(/^shop\/data\/backup_\w+\/segment-\d{8}\.tar\.zst\.gpg$/);
  expect(shown).toContain(`object '${result.damagedObject}' has other bytes than were stored`);
  expect(shown).toContain('exit status 3');
  expect(shown.trimEnd().endsWith(`what stays is a page to open: ${page}`)).toBe(true);
  expect(await readFile(page, 'utf8')).toContain('a verification or a restore found it damaged');
  expect(shown).toMatch(/large objects .* ✓/);
  // commits of a directory are kept in the cache only when they are a few seconds old
  const made = (await readdir(folder)).filter((name) => name !== '.cache');
  expect(made).toEqual(onS3 ? ['keys'] : ['keys', 'repository']);
});
