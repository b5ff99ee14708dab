import { createPlainCipher } from '@postgres-backuper/openpgp';
import { listBackups, type Repository, type Storage } from '@postgres-backuper/repository';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import {
  type HttpGateway,
  type Postgres,
  type S3Server,
  startHttpGateway,
  startMinio,
  startPostgres,
  startTcpProxy,
  type TcpProxy,
} from '@postgres-backuper/testing';
import { cli, createWorkplace, type End, type Workplace } from '../bad-input/harness.ts';
import type { Command, Row } from './network-table.ts';
import { makeShop } from './shop.ts';

const BUCKET = 'backups';

/** Tries of a call that fails for ever, and of one that fails a few times. */
export const PATIENCE = { short: '2s', long: '60s' };

export const WORDS: Readonly<Record<Command, readonly string[]>> = {
  backup: ['backup', '--no-prune'],
  restore: ['restore', 'latest', '--into', 'copy'],
  verify: ['verify', 'latest', '--level', 'content'],
  drill: ['verify', 'latest', '--level', 'restore', '--drill-on', 'server'],
  prune: ['prune', '--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force'],
};

/** PostgreSQL and MinIO, each with what breaks its network. */
export interface Parts {
  readonly server: Postgres;
  readonly minio: S3Server;
  readonly proxies: Readonly<Record<Row['peer'], TcpProxy>>;
  readonly gateway: HttpGateway;
  readonly workplace: Workplace;
}

export async function startParts(): Promise<Parts> {
  const password = 'Canary-of-PostgreSQL';
  const [server, minio] = await Promise.all([startPostgres({ major: 18, password }), startMinio()]);
  await Promise.all([makeShop(server), minio.createBucket(BUCKET)]);
  const { port } = new URL(minio.endpoint);
  const proxies = { PostgreSQL: await startTcpProxy(server), S3: await startTcpProxy({ port: Number(port) }) };
  const keys = { MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey };
  const workplace = await createWorkplace(server, { PGDATABASE: 'shop', BACKUP_NAME: 'shop', ...keys });
  return { server, minio, proxies, gateway: await startHttpGateway(minio.endpoint), workplace };
}

export type Env = Record<string, string>;

/** Without any fault on the way. */
export function direct({ minio, workplace, server }: Parts, prefix: string): Env {
  const place = {
    BACKUP_REPOSITORY: `s3://${BUCKET}/${prefix}`,
    BACKUP_CACHE_DIR: `${workplace.repository}/${prefix}`,
  };
  return { ...place, MINIO_ENDPOINT: minio.endpoint, PGPORT: String(server.port), BACKUP_RETRY_FOR: PATIENCE.short };
}

export function through({ proxies }: Parts): Env {
  return { MINIO_ENDPOINT: `http://127.0.0.1:${proxies.S3.port}`, PGPORT: String(proxies.PostgreSQL.port) };
}

export function run({ workplace }: Parts, words: readonly string[], env: Env): Promise<End> {
  return cli(workplace, words, env);
}

function storageOf({ minio }: Parts, prefix: string): Storage {
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  return createS3Storage({ bucket: BUCKET, prefix, endpoint: parseEndpoint(minio.endpoint), credentials });
}

export async function copyTemplate(parts: Parts, prefix: string): Promise<void> {
  const [from, to] = [storageOf(parts, 'template'), storageOf(parts, prefix)];
  for await (const { key, sizeBytes } of from.list('')) await to.put(key, await from.get(key, { maxBytes: sizeBytes }));
}

export function repositoryOf(parts: Parts, prefix: string): Repository {
  return { storage: storageOf(parts, prefix), cipher: createPlainCipher(), encryption: 'none' };
}

/** Oldest first. */
export async function labelsOf(parts: Parts, prefix: string): Promise<readonly string[]> {
  const { backups, damaged } = await listBackups({ name: 'shop' }, repositoryOf(parts, prefix));
  return [...damaged, ...backups].map(({ label }) => label);
}
