import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type S3Server, startMinio } from '@postgres-backuper/testing';
import type { Peer } from '../cases/case.ts';
import { endAgent, makeKeys } from './keys.ts';
import { type FoundPeer, providePeers } from './peers.ts';
import { type BenchServers, createServers } from './servers.ts';

/** Everything that the cases of one run share. */
export interface Stage {
  readonly folder: string;
  readonly minio: S3Server;
  readonly servers: BenchServers;
  readonly peers: readonly FoundPeer[];
  /** Variables that every script has. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface StageRequest {
  /** Ours: the bundle, or the sources. */
  readonly program: string;
  readonly peers: readonly Peer[];
}

/** Starts what the cases need; servers of PostgreSQL start when a group wants them. */
export async function openStage({ program, peers }: StageRequest): Promise<Stage> {
  const found = await providePeers(peers);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  await mkdir(join(folder, 'home'));
  const hasGpg = found.some((peer) => peer.peer === 'gpg' && !('missing' in peer));
  const keys = await makeKeys(folder, { program, hasGpg });
  const minio = await startMinio();
  const servers = createServers();
  const folders = found.flatMap((peer) => ('missing' in peer ? [] : [peer.folder]));
  return {
    folder,
    minio,
    servers,
    peers: found,
    env: {
      ...keys,
      ...storageEnv(minio),
      HOME: join(folder, 'home'),
      LC_ALL: 'C',
      NODE: process.execPath,
      PROGRAM: program,
      PATH: [...new Set([...folders, '/usr/local/bin', '/usr/bin', '/bin'])].join(delimiter),
    },
    stop: async () => {
      await servers.stop();
      await minio.stop();
      await endAgent(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function storageEnv({ endpoint, accessKey, secretKey }: S3Server): Record<string, string> {
  return {
    BACKUP_S3_ENDPOINT: endpoint,
    BACKUP_S3_ACCESS_KEY: accessKey,
    BACKUP_S3_SECRET_KEY: secretKey,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
  };
}
