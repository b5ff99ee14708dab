import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlainCipher } from '@postgres-backuper/openpgp';
import type { Repository, Storage } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { cli, createWorkplace, type Workplace } from '../bad-input/harness.ts';
import { makeShop } from './shop.ts';

const BACKUPS = 6;
const BUCKET = 'backups';

/** A workplace whose repository the test can look into by itself. */
export interface KillGround extends Workplace {
  readonly opened: Repository;
}

/** The database `shop`, and as many repositories with six backups of it as trials need. */
export interface KillPlace {
  readonly server: Postgres;
  readonly backups: number;
  /** The workplace with a repository as it was at the start. */
  fresh(): Promise<KillGround>;
  stop(): Promise<void>;
}

export async function startKillPlace(storage: 'a disk' | 'MinIO'): Promise<KillPlace> {
  const server = await startPostgres({ major: 18 });
  await makeShop(server);
  const workplace = await createWorkplace(server, { PGDATABASE: 'shop', BACKUP_NAME: 'shop' });
  const repositories = await (storage === 'MinIO' ? onMinio() : onDisk());
  for (let made = 0; made < BACKUPS; made += 1)
    await succeed(at(workplace, repositories.template), 'backup', '--no-prune');
  return {
    server,
    backups: BACKUPS,
    fresh: async () => at(workplace, await repositories.copy()),
    async stop() {
      await Promise.allSettled([server.stop(), repositories.remove(), workplace.remove()]);
    },
  };
}

/** Fails unless the command ends with 0. */
export async function succeed(workplace: Workplace, ...args: string[]): Promise<void> {
  const { status, stderr } = await cli(workplace, args);
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
}

type Env = Readonly<Record<string, string>>;

interface Opened {
  readonly env: Env;
  readonly storage: Storage;
}

interface Repositories {
  readonly template: Opened;
  /** Another one with what is in the template. */
  copy(): Promise<Opened>;
  remove(): Promise<void>;
}

function at(workplace: Workplace, { env, storage }: Opened): KillGround {
  const opened = { storage, cipher: createPlainCipher(), encryption: 'none' } as const;
  return { ...workplace, opened, env: { ...workplace.env, ...env } };
}

async function onDisk(): Promise<Repositories> {
  const folder = await mkdtemp(join(tmpdir(), 'kills-'));
  const place = (name: string): Opened => ({
    env: { BACKUP_REPOSITORY: join(folder, name) },
    storage: createLocalStorage({ directory: join(folder, name) }),
  });
  let last = '';
  return {
    template: place('template'),
    async copy() {
      await rm(join(folder, last || 'none'), { recursive: true, force: true });
      last = `copy-${Date.now()}`;
      await cp(join(folder, 'template'), join(folder, last), { recursive: true, preserveTimestamps: true });
      return place(last);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function onMinio(): Promise<Repositories> {
  const minio = await startMinio();
  await minio.createBucket(BUCKET);
  const keys = { MINIO_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey };
  const place = (prefix: string): Opened => ({
    env: { BACKUP_REPOSITORY: `s3://${BUCKET}/${prefix}`, ...keys },
    storage: storageOf(minio, prefix),
  });
  let copies = 0;
  return {
    template: place('template'),
    async copy() {
      copies += 1;
      await copyAll(storageOf(minio, 'template'), storageOf(minio, `copy-${copies}`));
      return place(`copy-${copies}`);
    },
    remove: () => minio.stop(),
  };
}

function storageOf(minio: S3Server, prefix: string): Storage {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  return createS3Storage({ bucket: BUCKET, prefix, endpoint: parseEndpoint(minio.endpoint), credentials });
}

async function copyAll(from: Storage, to: Storage): Promise<void> {
  for await (const { key, sizeBytes } of from.list('')) await to.put(key, await from.get(key, { maxBytes: sizeBytes }));
}
