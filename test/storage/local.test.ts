import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { storageContract } from '@postgres-backuper/testing/storage-contract';
import { afterAll } from 'vitest';

const made: string[] = [];

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'local-storage-'));
  made.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

storageContract('a local directory', async () => createLocalStorage({ directory: join(await makeFolder(), 'repo') }));
