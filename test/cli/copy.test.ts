import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let minio: S3Server;
let folder: string;
let job: Record<string, string>;
let reader: Record<string, string>;

const VAULT = 's3://vault/copies';
const source = () => join(folder, 'source');

beforeAll(async () => {
  [postgres, minio] = await Promise.all([startPostgres({ major: 18 }), startMinio()]);
  await minio.createBucket('vault');
  await postgres.createDatabase('shop');
  await postgres.psql(
    `CREATE TABLE t AS SELECT n, md5(n::text) || md5(random()::text) AS text FROM generate_series(1, 600000) n`,
    'shop',
  );
  folder = await mkdtemp(join(tmpdir(), 'copy-'));
  await chmod(folder, 0o700);
  const passphrase = { BACKUP_PRIVATE_KEY_PASSPHRASE: 'one' };
  expect((await runCli(['keygen', '--output', folder], { HOME: folder, ...passphrase })).status).toBe(0);
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const config = {
    destinations: [
      { repository: source() },
      {
        repository: VAULT,
        's3-endpoint': minio.endpoint,
        's3-access-key-file': { env: 'VAULT_ACCESS' },
        's3-secret-key-file': { env: 'VAULT_SECRET' },
      },
    ],
  };
  await writeFile(join(folder, 'places.json'), JSON.stringify(config));
  job = {
    HOME: folder,
    TMPDIR: folder,
    BACKUP_NAME: 'shop',
    VAULT_ACCESS: minio.accessKey,
    VAULT_SECRET: minio.secretKey,
  };
  reader = {
    ...job,
    ...serverVariables(postgres),
    BACKUP_PRIVATE_KEY: await read('backup-private.asc'),
    ...passphrase,
  };
  const backup = {
    ...{ ...job, ...serverVariables(postgres), PG_DB: 'shop', BACKUP_REPOSITORY: source(), INCREMENTAL_BACKUP: 'true' },
    BACKUP_PUBLIC_KEY: await read('backup-public.asc'),
    BACKUP_DEDUP_SECRET: await read('backup-dedup-secret.txt'),
    BACKUP_SEGMENT_SIZE: '8MiB',
  };
  for (const sql of ['SELECT 1', "UPDATE t SET text = 'changed' WHERE n < 50"]) {
    await postgres.psql(sql, 'shop');
    const { status, stderr } = await runCli(['backup'], backup);
    expect(status, stderr).toBe(0);
  }
});
afterAll(async () => {
  await Promise.allSettled([postgres?.stop(), minio?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function done(words: readonly string[], env: Record<string, string>) {
  const { status, stdout, stderr } = await runCli([...words, '--json'], env);
  expect([status, stderr]).toEqual([0, expect.anything()]);
  return JSON.parse(stdout).result;
}

const withPlaces = (env: Record<string, string>) => ({ ...env, BACKUP_CONFIG: join(folder, 'places.json') });
const vault = (): Record<string, string> => ({
  ...{ ...reader, BACKUP_REPOSITORY: VAULT, MINIO_ENDPOINT: minio.endpoint },
  ...{ MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
});
const sums = (name: string) => postgres.psql('SELECT count(*), sum(hashtext(t::text)) FROM t', name);

test('without a key a differential and its full go to a server with its own settings, and come back from there', async () => {
  await rm(join(minio.dataDir, 'vault/copies'), { recursive: true, force: true }); // of an earlier try
  const { copied, label } = await done(['copy', 'latest', '--to', VAULT], withPlaces(job));
  expect(copied).toMatchObject([{ wasThere: false }, { label, wasThere: false, parent: copied[0].label }]);
  const again = await done(['copy', label, '--to', VAULT], withPlaces(job));
  expect(again.copied).toMatchObject([{ wasThere: true }, { wasThere: true }]);
  const verified = await done(['verify', '--all', '--level', 'content'], vault());
  expect(verified.repositories[0].backups).toHaveLength(2);
  await done(['restore', 'latest', '--into', 'from_vault'], vault());
  expect(await sums('from_vault')).toBe(await sums('shop'));
  const { repositories } = await done(['log', '--kind', 'copy'], vault());
  expect(repositories[0].entries).toHaveLength(2);
});

test('a copy that is killed is no backup, and the next run sends only the rest', async () => {
  const target = await mkdtemp(join(folder, 'killed-'));
  const args = ['copy', 'latest', '--repository', VAULT, '--to', target, '--json'];
  const data = join(target, 'shop/data');
  const slow = { ...vault(), BACKUP_LIMIT_RATE: '2MiB' }; // it takes many seconds on any machine
  const killed = await runCli(args, slow, (child) => {
    void (async () => {
      while (child.exitCode === null && child.signalCode === null) {
        const [label] = await readdir(data).catch(() => []);
        const objects = label === undefined ? [] : await readdir(join(data, label)).catch(() => []);
        if (objects.length >= 2) child.kill('SIGKILL');
        await sleep(1);
      }
    })();
  });
  expect(killed.status).toBeNull();
  const listed = await runCli(['list', '--json'], { ...job, BACKUP_REPOSITORY: target });
  expect(JSON.parse(listed.stdout).result.repositories[0].backups).toEqual([]);
  const { copied } = await done(args.slice(0, -1), vault());
  expect(copied[0].sentObjects).toBeLessThanOrEqual(copied[0].objects - 2);
  const verified = await done(['verify', '--all', '--level', 'content'], { ...reader, BACKUP_REPOSITORY: target });
  expect(verified.repositories[0].backups).toHaveLength(2);
});

test.each([
  ['no target', ['copy', 'latest', '--repository', '/nowhere'], 2, 'no repository is given to copy to'],
  ['no backup', ['copy', '--to', '/nowhere'], 2, "'copy' needs LABEL"],
  [
    'an unknown kind of place',
    ['copy', 'latest', '--to', 'ftp://host/x', '--repository', '/nowhere'],
    2,
    "--to: 'ftp:' is not",
  ],
  ['credentials', ['copy', 'latest', '--to', 'sftp://u:SECRET@h/x', '--repository', '/nowhere'], 2, '--to'],
])('%s is refused', async (_, words, status, text) => {
  const end = await runCli(words, job);
  expect([end.status, end.stderr]).toEqual([status, expect.stringContaining(text)]);
  expect(end.stderr).not.toContain('SECRET');
});

test('what the target has under that label with other contents is not overwritten', async () => {
  const target = await mkdtemp(join(folder, 'other-'));
  const { copied } = await done(['copy', 'latest', '--repository', source(), '--to', target], job);
  const commit = join(target, 'shop/backups', `${copied[1].label}.json`);
  const bytes = await readFile(commit, 'utf8');
  await rm(commit);
  await writeFile(commit, bytes.replace('"warnings": 0', '"warnings": 1'), { mode: 0o600 });
  const end = await runCli(['copy', 'latest', '--repository', source(), '--to', target], job);
  expect([end.status, end.stderr]).toEqual([2, expect.stringContaining('with other contents')]);
  expect(await readFile(commit, 'utf8')).toContain('"warnings": 1');
});
