import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { type RunOptions, run } from './run.ts';

/** The user who runs the server: empty for the current one. */
export type Owner = Pick<RunOptions, 'uid' | 'gid'>;

export interface ClusterRequest {
  readonly binaries: PostgresBinaries;
  readonly dataDir: string;
  readonly owner: Owner;
  /** By initdb instead of a copy, for a system identifier of its own. */
  readonly isOwn: boolean;
}

/** PostgreSQL refuses to run as root: then `nobody` owns the cluster and runs the server. */
export function clusterOwner(asUid?: number): Owner {
  if (process.getuid?.() !== 0) return {};
  return asUid === undefined ? { uid: 65534, gid: 65534 } : { uid: asUid, gid: asUid };
}

/** Makes a cluster: locale C, UTF-8, trust on the socket, scram-sha-256 on TCP. The parent folder belongs to `owner`. */
export async function makeCluster({ binaries, dataDir, owner, isOwn }: ClusterRequest): Promise<void> {
  if (isOwn) return initdb(binaries, dataDir, owner);
  const template = await cached('cluster', binaries.version.replaceAll(/[^\w.-]+/g, '-'), async (dir) => {
    const folder = join(dir, 'open-to-owner');
    await mkdir(folder);
    if (owner.uid !== undefined) await chmod(folder, 0o777);
    await initdb(binaries, join(folder, 'data'), owner);
    await chmod(folder, 0o755);
    await run('chmod', ['-R', 'a+rX', join(folder, 'data')]);
  });
  await run('cp', ['-R', join(template, 'open-to-owner/data'), dataDir], owner);
  await run('chmod', ['-R', 'go=', dataDir], owner);
}

/** A copy of a running server that follows it. The parent folder belongs to `owner`. */
export async function copyCluster({
  binaries,
  dataDir,
  owner,
  of,
}: Omit<ClusterRequest, 'isOwn'> & {
  readonly of: { readonly socketDir: string; readonly port: number };
}): Promise<void> {
  const from = [`--host=${of.socketDir}`, `--port=${of.port}`, '--username=postgres', '--no-password'];
  const how = ['--wal-method=stream', '--checkpoint=fast', '--write-recovery-conf', '--no-sync'];
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const file = join(binaries.binDir, 'pg_basebackup');
  await run(file, [`--pgdata=${dataDir}`, ...from, ...how], { ...owner, env, cwd: '/' });
}

async function initdb(binaries: PostgresBinaries, dataDir: string, owner: Owner): Promise<void> {
  const how = ['--no-locale', '--encoding=UTF8', '--username=postgres', '--no-sync'];
  const auth = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  await run(join(binaries.binDir, 'initdb'), ['--pgdata', dataDir, ...how, ...auth], { ...owner, env, cwd: '/' });
}
