import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTrapDatabase,
  type Postgres,
  runBackuper,
  snapshotOf,
  startPostgres,
  TRAPS,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const passphrase = 'only for this test';

describe.each(testMajors())('backed up and restored on PostgreSQL %i', (major) => {
  let server: Postgres;
  let folder = '';
  let env: Record<string, string> = {};

  beforeAll(async () => {
    server = await startPostgres({ major });
    folder = await mkdtemp(join(tmpdir(), 'traps-'));
    const made = await runBackuper(['keygen', '--output', folder], { BACKUP_PRIVATE_KEY_PASSPHRASE: passphrase });
    expect(made).toMatchObject({ status: 0 });
    env = {
      ...server.env,
      PG_BIN_DIR: server.binDir,
      BACKUP_REPOSITORY: join(folder, 'repository'),
      BACKUP_PUBLIC_KEY: join(folder, 'backup-public.asc'),
    };
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(TRAPS)('$title', async (trap) => {
    if (trap.needsTrapExtension && !server.hasTrapExtension) throw new Error('the server lacks the test extension');
    await createTrapDatabase(server, trap);
    const before = await snapshotOf(server, trap.dbname);

    const backup = await runBackuper(['backup', `--dbname=${trap.dbname}`, '--no-prune'], env);
    expect(backup.status, backup.stderr).toBe(0);
    const into = `restored ${trap.dbname}`;
    const secrets = {
      BACKUP_PRIVATE_KEY: join(folder, 'backup-private.asc'),
      BACKUP_PRIVATE_KEY_PASSPHRASE: passphrase,
    };
    const restore = ['restore', 'latest', `--dbname=${trap.dbname}`, '--into', into];
    const restored = await runBackuper(restore, { ...env, ...secrets });
    expect(restored.status, restored.stderr).toBe(0);

    expect(await snapshotOf(server, into)).toEqual(before);
  });
});
