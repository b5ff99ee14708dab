import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measure } from './measure.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'measure-'));
});
afterEach(() => rm(folder, { recursive: true }));

const measured = (script: string) =>
  measure({
    script,
    env: { PATH: '/usr/bin:/bin', TMPDIR: folder },
    cwd: folder,
    tempDir: folder,
    log: join(folder, 'log'),
    databasePid: -1,
    storagePid: -1,
  });

const BUSY = 'n=0; while [ $n -lt 200000 ]; do n=$((n + 1)); done';

test('CPU of a descendant counts as that of the client', async () => {
  const { status, clientS, wallS, serverS } = await measured(`bash -c '${BUSY}' & wait`);
  expect(status).toBe(0);
  expect(clientS).toBeGreaterThan(0.1);
  expect(clientS).toBeLessThan(wallS + 0.1);
  expect(serverS).toBe(0);
});

test('memory of a descendant and files in the temporary folder are seen', async () => {
  const script = 'head -c 30000000 /dev/zero > "$TMPDIR/file"; x=$(head -c 40000000 /dev/zero | tr "\\0" x); sleep 1';
  const { treeBytes, processBytes, tempBytes } = await measured(script);
  expect(processBytes).toBeGreaterThan(40_000_000);
  expect(treeBytes).toBeGreaterThan(40_000_000);
  expect(tempBytes).toBeGreaterThanOrEqual(30_000_000);
});

test('the status of the command is passed on', async () => {
  expect((await measured('exit 3')).status).toBe(3);
  expect((await measured('kill -9 $$')).status).toBe(-1);
});
