import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { startMinio } from '@postgres-backuper/testing';
import { type RequestCounter, startRequestCounter } from './request-counter.ts';
import { type Simulation, simulate } from './simulated-repository.ts';

const PARALLEL = 16;

/** Simulated repositories on a MinIO whose requests are counted. */
export interface LargeRepositories {
  readonly counter: RequestCounter;
  /** Makes a repository in a folder of its own; returns what the command line needs, with an empty cache. */
  fill(simulation: Simulation): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export async function startLargeRepositories(): Promise<LargeRepositories> {
  const minio = await startMinio();
  await minio.createBucket('backups');
  const counter = await startRequestCounter(minio.endpoint);
  const home = await mkdtemp(join(tmpdir(), 'scale-'));
  const { accessKey: accessKeyId, secretKey: secretAccessKey } = minio;
  return {
    counter,
    fill: async (simulation) => {
      const prefix = `${simulation.backups}-over-${simulation.names}`;
      const endpoint = parseEndpoint(minio.endpoint);
      const storage = createS3Storage({
        bucket: 'backups',
        prefix,
        endpoint,
        credentials: { accessKeyId, secretAccessKey },
      });
      const objects = simulate(simulation);
      const work = async (): Promise<void> => {
        for (const { key, body } of objects) await storage.put(key, body); // one generator feeds all of them
      };
      await Promise.all(Array.from({ length: PARALLEL }, work));
      return {
        ...{ HOME: home, BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: `s3://backups/${prefix}` },
        ...{ MINIO_ENDPOINT: counter.endpoint, MINIO_ACCESS_KEY: accessKeyId, MINIO_SECRET_KEY: secretAccessKey },
      };
    },
    stop: async () => {
      counter.stop();
      await minio.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
