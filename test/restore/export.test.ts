import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exportBackup } from '@postgres-backuper/core';
import {
  BACKUPER_PROGRAM,
  createSampleDatabase,
  type Postgres,
  snapshotOf,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place } from './harness.ts';

const run = promisify(execFile);

describe.each(testMajors())('export from PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    place = await createPlace();
    await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 10 });
    label = await makeBackup(postgres, { dbname: 'shop' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });
  const write = (directory: string) =>
    exportBackup({ name: 'shop', target: { label }, directory }, { repository: place.repository }, place.context());

  it('writes what pg_restore takes, readable by the owner alone', async () => {
    const directory = join(place.directory, 'exported');
    await rm(directory, { recursive: true, force: true }); // of a first try
    const result = await write(directory);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(result.dumpDirectory)) {
      expect((await stat(join(result.dumpDirectory, name))).mode & 0o777, name).toBe(0o600);
    }
    await postgres.createDatabase('exported', 'TEMPLATE template0');
    const pgRestore = join(postgres.binDir, 'pg_restore');
    const options = { env: { ...postgres.env } };
    for (const section of ['pre-data', 'data', 'post-data']) {
      await run(pgRestore, ['-d', 'exported', '-e', `--section=${section}`, result.dumpDirectory], options);
    }
    await run(pgRestore, ['-d', 'exported', '-e', result.largeObjects ?? ''], options);
    const [exported, original] = [await snapshotOf(postgres, 'exported'), await snapshotOf(postgres, 'shop')];
    expect({ ...exported, database: null }).toEqual({ ...original, database: null });
    expect(result.globals).toBe(join(directory, 'globals.sql'));
  });

  it.skipIf(!existsSync('/usr/bin/strace'))('makes every file and every folder durable', async () => {
    const directory = join(place.directory, 'durable');
    await rm(directory, { recursive: true, force: true }); // of a first try
    const repository = { BACKUP_REPOSITORY: join(place.directory, 'repository'), BACKUP_ENCRYPTION: 'none' };
    const env = { PATH: process.env.PATH, HOME: place.directory, ...repository };
    const command = [process.execPath, BACKUPER_PROGRAM, 'export', label, directory, '--name', 'shop'];
    const calls = await run('strace', ['-f', '-y', '-e', 'trace=fsync', ...command], { env });
    const synced = new Set(Array.from(calls.stderr.matchAll(/fsync\(\d+<([^>]*)>/g), ([, path]) => path));
    const files = (await readdir(directory, { recursive: true })).map((name) => join(directory, name));
    expect(files.length).toBeGreaterThan(8);
    expect([...synced]).toEqual(expect.arrayContaining([...files, directory, place.directory]));
  });

  it('refuses a directory that is not empty and leaves it alone', async () => {
    const directory = join(place.directory, 'mine');
    await rm(directory, { recursive: true, force: true }); // of a first try
    await mkdir(directory);
    await writeFile(join(directory, 'note'), 'x');
    await expect(write(directory)).rejects.toMatchObject({ code: 'configuration-invalid', exitStatus: 2 });
    expect(await readdir(directory)).toEqual(['note']);
  });

  it('removes what it wrote when a segment is damaged', async () => {
    label = await makeBackup(postgres, { dbname: 'shop' }, place);
    await truncate(join(place.directory, 'repository/shop/data', label, 'segment-00000001.tar.zst'), 100);
    await expect(write(join(place.directory, 'broken'))).rejects.toMatchObject({ code: 'object-altered' });
    expect(await readdir(place.directory)).not.toContain('broken');
  });
});
