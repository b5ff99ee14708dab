import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlace, makeBackup, type Place } from '../restore/harness.ts';
import { makeDifferential } from './make-differential.ts';

const MAIN = join(import.meta.dirname, '../../packages/cli/src/main.ts');
let postgres: Postgres;
let place: Place;
let full: string;
let label: string;

beforeAll(async () => {
  [postgres, place] = await Promise.all([startPostgres({ major: 18 }), createPlace()]);
  await postgres.psql('CREATE TABLE t AS SELECT g, md5(g::text) FROM generate_series(1, 3000) g', 'postgres');
  full = await makeBackup(postgres, { dbname: 'postgres', name: 'shop' }, place);
  await postgres.psql('INSERT INTO t SELECT g, md5(g::text) FROM generate_series(3001, 3100) g', 'postgres');
  const whole = await makeBackup(postgres, { dbname: 'postgres', name: 'shop' }, place);
  ({ label } = await makeDifferential({ name: 'shop', label: whole, of: full }, place));
  await cp(join(place.directory, 'repository'), join(place.directory, 'second'), { recursive: true });
});
afterAll(async () => {
  await postgres?.stop();
  await place?.remove();
});

const call = (...args: readonly string[]) =>
  tryRun(process.execPath, [MAIN, ...args, '--name', 'shop'], {
    env: {
      ...{ PATH: process.env.PATH, HOME: place.directory, BACKUP_ENCRYPTION: 'none' },
      BACKUP_REPOSITORY: JSON.stringify(['repository', 'second'].map((one) => join(place.directory, one))),
      BACKUP_CACHE_DIR: join(place.directory, 'cache'),
    },
  });

test('both places show the set, in a narrow terminal too', async () => {
  const { stdout, status } = await call('list');
  expect(status).toBe(0);
  expect(stdout.match(/ diff\. .*kept|younger/g)?.length).toBeGreaterThan(1);
  expect(stdout.match(/kept for 1 differential/g)).toHaveLength(2);
});

test('a pin of a differential names its full', async () => {
  const { stdout } = await call('pin', label);
  expect(stdout.match(new RegExp(`keeps its full ${full}`, 'g'))).toHaveLength(2);
  expect((await call('unpin', label)).status).toBe(0);
});

test('where one place has lost the full the other one is taken, and status says that a full is needed', async () => {
  await rm(join(place.directory, 'repository/shop/backups', `${full}.json`), { force: true });
  const exported = await mkdtemp(join(place.directory, 'exported-'));
  const { status, stderr } = await call('export', label, exported);
  expect([status, stderr]).toEqual([0, expect.stringContaining(`its full '${full}' is missing`)]);
  expect(await readdir(join(exported, 'dump'))).toContain('toc.dat');
  const state = await call('status', '--max-age', '1d');
  expect(state.status).not.toBe(0);
  expect(`${state.stdout}${state.stderr}`).toContain(`its full '${full}' is missing`);
});
