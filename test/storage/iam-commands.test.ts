import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMinioUser,
  type Postgres,
  type S3Account,
  type S3Server,
  s3Request,
  startMinio,
  startPostgres,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';
import { actionsOf, BUCKET, type Policy, PREFIX, policyOf, type Statement, without } from './iam-policies.ts';

let minio: S3Server;
let postgres: Postgres;
let folder = '';
let runs = 0;

beforeAll(async () => {
  [minio, postgres] = await Promise.all([startMinio(), startPostgres({ major: 18 })]);
  await minio.createBucket(BUCKET);
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'iam-commands-'));
});
afterAll(async () => {
  await Promise.all([minio?.stop(), postgres?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

function runAs(account: S3Account, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  runs += 1;
  return runCli(args, {
    ...more,
    HOME: folder,
    TMPDIR: folder,
    BACKUP_CACHE_DIR: join(folder, `cache-${runs}`), // what another key has read must not help this one
    ...serverVariables(postgres),
    PG_DB: 'app',
    BACKUP_ENCRYPTION: 'none',
    MINIO_ENDPOINT: minio.endpoint,
    MINIO_BUCKET: BUCKET,
    MINIO_ACCESS_KEY: account.accessKey,
    MINIO_SECRET_KEY: account.secretKey,
  });
}

async function commits(): Promise<readonly string[]> {
  const query = `list-type=2&prefix=${encodeURIComponent(`${PREFIX}/app/backups/`)}`;
  const { text } = await s3Request(minio, { method: 'GET', path: `/${BUCKET}/`, query });
  return text.match(/<Key>[^<]+/g) ?? [];
}

/** Each with what it needs to have something to do. */
const commands: Record<string, () => Promise<readonly string[]>> = {
  backup: async () => ['backup', '--no-prune'],
  restore: async () => ['restore', 'latest', '--into', `copy_${runs}`],
  prune: async () => {
    const earlier = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'three-days-ago.ts')}` };
    expect(await runAs(minio, ['backup', '--no-prune'], earlier)).toMatchObject({ status: 0 });
    return ['prune', '--keep-days', '1', '--keep-minimum', '1', '--force'];
  },
};

describe.each(['backup', 'restore', 'prune'])('the command %s', (command) => {
  const { policy } = policyOf(command);
  const run = async (allowed: Policy) => {
    const args = await (commands[command] as () => Promise<readonly string[]>)();
    return runAs(await createMinioUser(minio, allowed), args);
  };

  test('works with its policy', async () => {
    const before = (await commits()).length;
    expect(await run(policy)).toMatchObject({ status: 0 });
    const change = { backup: 1, restore: 0, prune: 0 }[command] ?? 0; // prune: one more before, one less after
    expect((await commits()).length - before).toBe(change);
  });

  test.each(actionsOf(policy))('without %s ends with 2 and names it', async (action) => {
    const end = await run(without(policy, action));
    expect(end.stderr).toContain(`'${action}'`);
    expect(end.status).toBe(2);
  });
});

test('what is recommended besides is enough for differentials, and each part of it is needed', async () => {
  const { policy, besides } = policyOf('backup');
  const readFull = besides.find(({ Sid }) => Sid === 'ReadFull') as Statement & {
    readonly Resource: readonly string[];
  };
  const made = async (Resource: readonly string[]) => {
    const Statement = [...policy.Statement, ...(Resource.length === 0 ? [] : [{ ...readFull, Resource }])];
    const end = await runAs(await createMinioUser(minio, { ...policy, Statement }), [
      ...['backup', '--no-prune', '--incremental', '--json'],
    ]);
    expect(end.status, end.stderr).toBe(0);
    const [{ type, whyFull }] = JSON.parse(end.stdout).result.backups;
    return [type, whyFull ?? ''];
  };
  await made(readFull.Resource);
  expect(await made(readFull.Resource)).toEqual(['differential', '']);
  for (const one of readFull.Resource)
    expect(await made(readFull.Resource.filter((each) => each !== one)), `without ${one}`).toEqual([
      'full',
      expect.stringContaining('AccessDenied'),
    ]);
  expect(await made([])).toEqual(['full', expect.stringContaining('AccessDenied')]);
});
