import { execFile } from 'node:child_process';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { restoreLegacy } from '@postgres-backuper/legacy';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, type Place, serverOf } from './harness.ts';

const run = promisify(execFile);

describe.each(testMajors())('a plain dump of the original scripts on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let script: Buffer;
  let file: string;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    place = await createPlace();
    await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 5 });
    file = join(place.directory, 'backup_20240315_120000.sql.gz');
    const plain = join(place.directory, 'plain.sql');
    await run(join(postgres.binDir, 'pg_dump'), ['-f', plain, 'shop'], { env: { ...postgres.env } });
    script = await readFile(plain);
    await writeFile(file, gzipSync(script));
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });
  const load = (source: string, into: string, signal?: AbortSignal) =>
    restoreLegacy(
      { source, into, maintenanceDatabases: ['postgres'] },
      {
        server: serverOf(postgres, 'postgres'),
        places: [{ address: '', storage: place.repository.storage, folders: [''] }],
      },
      place.context(signal),
    );
  const exists = async (name: string) =>
    (await postgres.psql(`SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1';

  it('is loaded from a file', async () => {
    const result = await load(file, 'from file');
    expect(result.bytes).toBe(script.length);
    const [loaded, original] = [await snapshotOf(postgres, 'from file'), await snapshotOf(postgres, 'shop')];
    expect({ ...loaded, database: null }).toEqual({ ...original, database: null });
  });

  it('is loaded from the repository’s storage by its key, packed or not', async () => {
    await place.repository.storage.put('backup_20240315_120000.sql.gz', gzipSync(script));
    await place.repository.storage.put('backup_20240315_120000.sql', script);
    await load('backup_20240315_120000.sql.gz', 'from key');
    await load('backup_20240315_120000.sql', 'from plain key');
    const tables = (await snapshotOf(postgres, 'shop')).tables;
    expect((await snapshotOf(postgres, 'from key')).tables).toEqual(tables);
    expect((await snapshotOf(postgres, 'from plain key')).tables).toEqual(tables);
  });

  it.each([1, 20, 100_000])('leaves nothing when the gzip file ends %i bytes too soon', async (bytes) => {
    const short = `${file}.short.gz`;
    const packed = await readFile(file);
    await writeFile(short, packed.subarray(0, packed.length - bytes));
    await expect(load(short, 'short')).rejects.toMatchObject({ code: 'object-altered' });
    expect(await exists('short')).toBe(false);
  });

  it('ends at the first error, says it and leaves nothing', async () => {
    const bad = join(place.directory, 'bad.sql');
    await writeFile(
      bad,
      'CREATE TABLE a (i int);\nSELECT 1/0;\nCREATE TABLE b (i int);\n-- PostgreSQL database dump complete\n',
    );
    await expect(load(bad, 'bad')).rejects.toMatchObject({
      code: 'restore-failed',
      message: expect.stringContaining('division by zero'),
    });
    expect(await exists('bad')).toBe(false);
  });

  it.each(['\\! touch FILE', 'SELECT 1 \\g FILE', '\\o FILE', '\\setenv A b'])(
    'runs no command of psql: %s',
    async (command) => {
      const [bad, made] = [join(place.directory, 'commands.sql'), join(place.directory, 'made')];
      await writeFile(bad, `${command.replace('FILE', made)}\n-- PostgreSQL database dump complete\n`);
      await expect(load(bad, 'commands')).rejects.toMatchObject({
        code: 'script-refused',
        message: expect.stringContaining('psql command'),
      });
      await expect(access(made)).rejects.toMatchObject({ code: 'ENOENT' });
      expect(await exists('commands')).toBe(false);
    },
  );

  it.each([
    ['nothing at all', () => Buffer.alloc(0)],
    ['half of the dump', () => script.subarray(0, script.length >> 1)],
  ])('refuses a complete gzip file with %s in it, as a failed pg_dump leaves it', async (_, content) => {
    const empty = join(place.directory, 'failed.sql.gz');
    await writeFile(empty, gzipSync(content()));
    await expect(load(empty, 'failed')).rejects.toMatchObject({
      code: expect.stringMatching(/object-altered|restore-failed/),
    });
    expect(await exists('failed')).toBe(false);
  });

  it('is loaded where pg_dump was newer than the server', async () => {
    const newer = join(place.directory, 'newer.sql');
    await writeFile(newer, script.toString().replace(/^SET lock_timeout = 0;$/m, '$&\nSET transaction_timeout = 0;'));
    await load(newer, 'newer');
    expect(await exists('newer')).toBe(true);
  });

  it('refuses a database that exists', async () => {
    await expect(load(file, 'shop')).rejects.toMatchObject({ code: 'database-exists' });
    expect(await exists('shop')).toBe(true);
  });

  it('says which file or key is missing', async () => {
    await expect(load('backup_none.sql.gz', 'none')).rejects.toMatchObject({ code: 'usage-invalid' });
  });
});
