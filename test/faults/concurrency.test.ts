import { type Postgres, type S3Server, startMinio, startPostgres, startTcpProxy } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { begin, cli, createWorkplace, labels, type Workplace } from '../bad-input/harness.ts';
import { failuresOf, labelsOf, lanePlaces, runLane } from './lanes.ts';

/** Of each test: commands follow each other until it is over. */
const SECONDS = Number(process.env.PGBACKUPER_RACE_SECONDS || 4);
const KEPT = 2;
const KEEP = ['--keep-days', '0', '--keep-last', String(KEPT), '--keep-minimum', '1'];
const PRUNE = ['prune', ...KEEP, '--force'];
const VERIFY = ['verify', '--all', '--level', 'content'];
const BUCKET = 'races';
/** Before each chunk, so that a reader has not read all when it is held. Milliseconds. */
const LATE_MS = 100;

describe('backups, prunes, verifications and restores of one repository at once', () => {
  let server: Postgres;
  let minio: S3Server;
  let runs = 0;

  beforeAll(async () => {
    [server, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
    await minio.createBucket(BUCKET);
    await server.createDatabase('shop');
    await server.psql('CREATE TABLE a AS SELECT g, md5(g::text) AS text FROM generate_series(1, 2000) g', 'shop');
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), minio?.stop()]);
  });

  const places = lanePlaces(() => minio, BUCKET);

  /** The newest of all that ended well, and nothing else; of two of the same second either may be the newer one. */
  async function keptAre(workplace: Workplace, made: readonly string[]): Promise<void> {
    const kept = await labels(workplace);
    expect(made).toEqual(expect.arrayContaining([...kept]));
    expect(kept).toHaveLength(KEPT);
    const secondOf = (label: string) => label.slice(0, 'backup_20260101_120000'.length);
    const seconds = (some: readonly string[]) => some.map(secondOf).sort().slice(-KEPT);
    expect(seconds(kept)).toEqual(seconds(made));
    const { stdout } = await cli(workplace, [...PRUNE, '--dry-run', '--json']);
    expect(JSON.parse(stdout).result.repositories).toMatchObject([{ leftOvers: [] }]);
  }

  test.each(Object.keys(places))('in %s lose nothing and report no damage that is none', async (place) => {
    runs += 1;
    const env = { PGDATABASE: 'shop', BACKUP_NAME: `shop-${runs}`, ...places[place]?.() };
    const workplace = await createWorkplace(server, env);
    const lane = (commands: string[][], untilMs = 0) => runLane(workplace, { commands, untilMs });
    try {
      const first = await lane([['backup']]);
      const untilMs = Date.now() + SECONDS * 1000;
      const lanes = [
        [['backup', '--no-prune']],
        [['backup', ...KEEP]],
        [PRUNE],
        [VERIFY, ['verify', 'latest', '--level', 'stored']],
        [['restore', 'latest', '--into', `copy_${runs}_{turn}`]],
      ];
      const beside = await Promise.all(lanes.map((commands) => lane(commands, untilMs)));
      const turns = [...first, ...beside.flat(), ...(await lane([PRUNE, VERIFY]))];
      expect(failuresOf(turns)).toEqual([]);
      await keptAre(workplace, labelsOf(turns));
    } finally {
      await workplace.remove();
    }
  });

  test('a backup that is deleted while it is verified is gone, and not damaged', async () => {
    runs += 1;
    const env = { PGDATABASE: 'shop', BACKUP_NAME: `shop-${runs}`, ...places.MinIO?.() };
    const workplace = await createWorkplace(server, env);
    const proxy = await startTcpProxy({ port: Number(new URL(minio.endpoint).port) }, { delayMs: LATE_MS });
    try {
      for (let made = 0; made < 2; made += 1) await cli(workplace, ['backup', '--no-prune']);
      const run = begin(workplace, VERIFY, { MINIO_ENDPOINT: `http://${proxy.host}:${proxy.port}` });
      await run.says(/verifying/);
      const pruned = cli(workplace, ['prune', '--keep-days=0', '--keep-last=1', '--keep-minimum=1', '--force']);
      proxy.set({ holdUntil: pruned });
      expect(await pruned).toMatchObject({ status: 0 });
      proxy.set({});
      const verified = await run.ended;
      expect(verified, verified.stderr).toMatchObject({ status: 0 });
      expect(await labels(workplace)).toHaveLength(1);
    } finally {
      await proxy.stop();
      await workplace.remove();
    }
  });
});
