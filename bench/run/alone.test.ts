import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { createAlone } from './alone.ts';

test('the machine is held while the work goes on, also when it fails, and free at the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alone-'));
  const lock = join(folder, 'lock');
  const isFree = async () => (await tryRun('flock', ['--nonblock', lock, 'true'])).status === 0;
  const alone = createAlone(`flock ${lock}`);
  expect(await alone.run(isFree)).toBe(false);
  await expect(alone.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await alone.run(isFree)).toBe(false);
  await alone.end();
  expect(await isFree()).toBe(true);
  await rm(folder, { recursive: true });
});

test('a command that cannot hold the machine is an error', async () => {
  await expect(createAlone('false').run(async () => 1)).rejects.toThrow("'false' ended");
});
