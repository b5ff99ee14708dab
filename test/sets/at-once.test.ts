import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, createWorkplace } from '../bad-input/harness.ts';
import { failuresOf, lanePlaces, runLane } from '../faults/lanes.ts';

/** Of each test: commands follow each other until it is over. */
const SECONDS = Number(process.env.PGBACKUPER_RACE_SECONDS || 5);
const KEEP = ['--keep-days', '0', '--keep-last', '2', '--keep-minimum', '1'];
const PRUNE = ['prune', ...KEEP, '--force'];
const VERIFY = ['verify', '--all', '--level', 'content'];
const BUCKET = 'sets';
let server: Postgres;
let minio: S3Server;

beforeAll(async () => {
  [server, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket(BUCKET);
  await server.createDatabase('shop');
  await server.psql('CREATE TABLE a AS SELECT g, md5(g::text) AS text FROM generate_series(1, 20000) g', 'shop');
});
afterAll(async () => {
  await Promise.all([server?.stop(), minio?.stop()]);
});

const places = lanePlaces(() => minio, BUCKET);

/** What a run may meet when others delete: that its full or what it reads is gone. Never damage. */
const MAY_MEET = ['backup-none', 'objects-removed'];

test.each(Object.keys(places))('sets are made, pruned, verified and restored at once in %s', async (place) => {
  const env = { PGDATABASE: 'shop', BACKUP_NAME: 'shop', INCREMENTAL_BACKUP: 'true', ...places[place]?.() };
  const workplace = await createWorkplace(server, env);
  const lane = (commands: string[][], untilMs = 0) => runLane(workplace, { commands, untilMs });
  try {
    const first = await lane([['backup']]);
    const untilMs = Date.now() + SECONDS * 1000;
    const lanes = [
      [
        ['backup', '--no-prune'],
        ['backup', ...KEEP],
      ],
      [
        ['backup', '--no-prune'],
        ['backup', '--full-every', '1s', ...KEEP],
      ],
      [PRUNE],
      [VERIFY, ['verify', 'latest', '--level', 'stored']],
      [['restore', 'latest', '--into', `copy_${place === 'MinIO' ? 'm' : 'd'}_{turn}`]],
    ];
    const beside = await Promise.all(lanes.map((commands) => lane(commands, untilMs)));
    const turns = [...first, ...beside.flat(), ...(await lane([PRUNE, VERIFY]))];
    expect(failuresOf(turns, MAY_MEET)).toEqual([]);
    const { stdout } = await cli(workplace, ['list', '--json']);
    const [{ backups, damaged }] = JSON.parse(stdout).result.repositories;
    expect(damaged).toEqual([]);
    expect(backups.filter(({ fullProblem }: { fullProblem: unknown }) => fullProblem !== null)).toEqual([]);
    expect(turns.filter(({ args, status }) => args[0] === 'backup' && status === 0).length).toBeGreaterThan(1);
  } finally {
    await workplace.remove();
  }
});
