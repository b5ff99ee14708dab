import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createSampleDatabase,
  type Postgres,
  runBackuper,
  snapshotOf,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const newestMajor = testMajors().at(-1)!;
const older = testMajors().slice(0, -1);

if (older.length === 0) test.skip('a backup of an older server needs two majors');

describe.each(older)(`from PostgreSQL %i to ${newestMajor}`, (major) => {
  let source: Postgres;
  let newest: Postgres;
  let folder = '';
  beforeAll(async () => {
    [source, newest] = await Promise.all([startPostgres({ major }), startPostgres({ major: newestMajor })]);
    await createSampleDatabase(source, { dbname: 'shop', megabytes: 5 });
    await newest.createRole('sample_reader', 'NOLOGIN');
    folder = await mkdtemp(join(tmpdir(), 'versions-'));
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), newest?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['its own', () => source],
    ['the newer', () => newest],
  ])(
    'a backup made with %s client has every row, sequence and large object on the newer server',
    async (whose, client) => {
      const repository = { BACKUP_REPOSITORY: join(folder, whose), BACKUP_ENCRYPTION: 'none' };
      const shop = { PGDATABASE: 'shop', ...repository };
      const backup = await runBackuper(['backup'], { ...source.env, ...shop, PG_BIN_DIR: client().binDir });
      expect(backup.status, backup.stderr).toBe(0);
      const into = `from ${whose}`;
      const restore = ['restore', 'latest', '--into', into];
      const restored = await runBackuper(restore, { ...newest.env, ...shop, PG_BIN_DIR: newest.binDir });
      expect(restored.status, restored.stderr).toBe(0);

      const [before, after] = await Promise.all([snapshotOf(source, 'shop'), snapshotOf(newest, into)]);
      expect(after.tables).toEqual(before.tables);
      expect(after.sequences).toEqual(before.sequences);
      expect(after.largeObjects).toEqual(before.largeObjects);
      expect(after.database).toEqual(before.database);
      const kinds = (lines: readonly string[]) =>
        lines.filter((line) => /^CREATE (TABLE|TRIGGER|VIEW|FUNCTION|RULE|POLICY)/.test(line));
      expect(kinds(after.schema)).toEqual(kinds(before.schema));
    },
  );
});
