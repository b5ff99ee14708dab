import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, createWorkplace } from '../bad-input/harness.ts';
import { runLane, type Turn } from '../faults/lanes.ts';

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

const places: Record<string, () => Record<string, string>> = {
  'a directory': () => ({}),
  MinIO: () => ({
    BACKUP_REPOSITORY: `s3://${BUCKET}/all`,
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_ACCESS_KEY: minio.accessKey,
    MINIO_SECRET_KEY: minio.secretKey,
  }),
};

/** What a run may meet when others delete: that its full or what it reads is gone. Never damage. */
const MAY_MEET = new Set(['backup-none', 'objects-removed']);

function failuresOf(turns: readonly Turn[]): string[] {
  return turns
    .filter(({ status, out }) => status !== 0 && !MAY_MEET.has(JSON.parse(out || '{}').error?.code))
    .map(({ args, status, error }) => `${args.join(' ')} ended with ${status}: ${error}`);
}

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
    expect(failuresOf(turns)).toEqual([]);
    const { stdout } = await cli(workplace, ['list', '--json']);
    const [{ backups, damaged }] = JSON.parse(stdout).result.repositories;
    expect(damaged).toEqual([]);
    expect(backups.filter(({ fullProblem }: { fullProblem: unknown }) => fullProblem !== null)).toEqual([]);
    expect(turns.filter(({ args, status }) => args[0] === 'backup' && status === 0).length).toBeGreaterThan(1);
  } finally {
    await workplace.remove();
  }
});
