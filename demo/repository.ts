import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type S3Server, s3Request, startMinio } from '@postgres-backuper/testing';

/** Where the demo keeps its backup. */
export interface DemoRepository {
  /** Variables that name it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Changes one byte in the middle of a stored segment and returns the object's key. */
  flipByte(): Promise<string>;
  stop(): Promise<void>;
}

export async function openDemoRepository(folder: string, onS3: boolean): Promise<DemoRepository> {
  return onS3 ? s3Repository(await startMinio()) : localRepository(join(folder, 'repository'));
}

function localRepository(directory: string): DemoRepository {
  return {
    environment: { BACKUP_REPOSITORY: directory },
    async flipByte() {
      const files = (await readdir(directory, { recursive: true })).filter(isSegment).sort();
      const key = middle(files);
      const path = join(directory, key);
      await writeFile(path, flipped(await readFile(path)));
      return key;
    },
    stop: async () => undefined,
  };
}

async function s3Repository(server: S3Server): Promise<DemoRepository> {
  await server.createBucket('demo');
  const prefix = 'backups/postgres';
  const { accessKey, secretKey } = server;
  const storage = createS3Storage({
    bucket: 'demo',
    prefix,
    endpoint: parseEndpoint(server.endpoint),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  return {
    environment: {
      MINIO_ENDPOINT: server.endpoint,
      MINIO_ACCESS_KEY: accessKey,
      MINIO_SECRET_KEY: secretKey,
      MINIO_BUCKET: 'demo',
    },
    async flipByte() {
      const keys: string[] = [];
      for await (const object of storage.list('')) if (isSegment(object.key)) keys.push(object.key);
      const key = middle(keys);
      // a storage never overwrites, so the byte is changed as somebody with the bucket's keys would do it
      const body = flipped(Buffer.from(await storage.get(key, { maxBytes: 1024 ** 3 })));
      const { status } = await s3Request(server, { method: 'PUT', path: `/demo/${prefix}/${key}`, body });
      if (status !== 200) throw new Error(`the object cannot be overwritten: ${status}`);
      return key;
    },
    stop: () => server.stop(),
  };
}

function flipped(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8((bytes.readUInt8(at) ^ 1) & 0xff, at);
  return bytes;
}

function isSegment(path: string): boolean {
  return /segment-\d+\.tar\.zst/.test(path);
}

function middle(keys: readonly string[]): string {
  const key = keys[Math.floor(keys.length / 2)];
  if (key === undefined) throw new Error('no segment is stored');
  return key;
}
