import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { run, tryRun } from '@postgres-backuper/testing';
import type { FoundPeer } from './peers.ts';

/** The machine that figures belong to. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
  };
}

/** Versions of ours, of Node.js, MinIO, PostgreSQL and of every peer, or why a peer is missing. */
export async function describeVersions(request: {
  readonly program: string;
  readonly postgres: string;
  readonly minio: string;
  readonly peers: readonly FoundPeer[];
}): Promise<Record<string, string>> {
  const ours = await run(process.execPath, [request.program, '--version'], {
    env: { PATH: '/usr/bin:/bin', HOME: '/' },
  });
  const commit = await tryRun('git', ['-C', import.meta.dirname, 'rev-parse', '--short', 'HEAD']);
  const peers = request.peers.map((peer) => [peer.peer, 'missing' in peer ? `missing: ${peer.missing}` : peer.version]);
  return {
    'postgres-backuper': `${ours.trim()}, commit ${commit.stdout.trim() || 'unknown'}`,
    'Node.js': process.version,
    PostgreSQL: request.postgres,
    MinIO: request.minio,
    ...Object.fromEntries(peers),
  };
}
