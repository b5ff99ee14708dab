import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { minioProgram } from './minio-program.ts';
import { createBucket, type S3Account, s3Request } from './s3-request.ts';
import { startService, untilPortIsFree } from './service.ts';

export interface S3Server {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly pid: number;
  /** Holds one folder per bucket, in the server's own format. */
  readonly dataDir: string;
  createBucket(name: string): Promise<void>;
  /** The server's output until now. */
  log(): string;
  /** Stops exactly this server and removes its data. */
  stop(): Promise<void>;
}

export interface MinioRequest {
  /** Gives the server a key, so that it can encrypt (SSE-S3, SSE-KMS). */
  readonly kms?: boolean;
  /** Added to the server's environment, e.g. for an identity provider. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a throw-away MinIO on a free loopback port. */
export async function startMinio(request: MinioRequest = {}): Promise<S3Server> {
  const program = await minioProgram();
  return untilPortIsFree(() => start(program, request));
}

async function start(program: string, request: MinioRequest): Promise<S3Server> {
  const port = await freePort();
  const keys = { accessKey: 'backuper-test', secretKey: randomBytes(20).toString('hex') };
  const server = { endpoint: `http://127.0.0.1:${port}`, ...keys };
  const service = await startService({
    name: 'minio',
    program,
    args: (dir) => ['server', join(dir, 'data'), '--address', `127.0.0.1:${port}`, '--console-address', '127.0.0.1:0'],
    env: {
      MINIO_ROOT_USER: keys.accessKey,
      MINIO_ROOT_PASSWORD: keys.secretKey,
      MINIO_UPDATE: 'off',
      MINIO_BROWSER: 'off',
      ...(request.kms ? { MINIO_KMS_SECRET_KEY: `test-key:${randomBytes(32).toString('base64')}` } : {}),
      ...request.env,
    },
    isReady: () => works(server),
  });
  return {
    ...server,
    pid: service.pid,
    dataDir: join(service.dir, 'data'),
    createBucket: (name) => createBucket(server, name),
    log: service.log,
    stop: service.stop,
  };
}

/** A server that says it is ready may still refuse to make a bucket or a user: "not initialized". */
async function works(server: S3Account): Promise<boolean> {
  const made = await s3Request(server, { method: 'PUT', path: '/ready' });
  if (made.status !== 200 && made.status !== 409) return false;
  return (await s3Request(server, { method: 'DELETE', path: '/ready' })).status === 204;
}
