import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryRun } from '@postgres-backuper/testing';
import { expect, test } from 'vitest';
import { createAlone } from './alone.ts';

test('the machine is held while the work goes on, and free afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alone-'));
  const lock = join(folder, 'lock');
  const isFree = async () => (await tryRun('flock', ['--nonblock', lock, 'true'])).status === 0;
  const alone = createAlone(`flock ${lock}`);
  expect(await alone(isFree)).toBe(false);
  await expect(alone(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await isFree()).toBe(true);
  await rm(folder, { recursive: true });
});

test('a command that cannot hold the machine is an error', async () => {
  await expect(createAlone('false')(async () => 1)).rejects.toThrow("'false' ended");
});
