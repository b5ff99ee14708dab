import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cached, run, tryRun } from '@postgres-backuper/testing';
import type { Peer } from '../cases/case.ts';

/** What Debian and Ubuntu call the package, and how the program says its version. */
const PACKAGES: Readonly<Record<Peer, { readonly apt?: string; readonly version: readonly string[] }>> = {
  gpg: { apt: 'gnupg', version: ['--version'] },
  restic: { apt: 'restic', version: ['version'] },
  borg: { apt: 'borgbackup', version: ['--version'] },
  pgbackrest: { apt: 'pgbackrest', version: ['version'] },
  'wal-g': { version: ['--version'] },
};

/** Newer than Debian's by years. */
const RESTIC = 'v0.18.1';

/** A program that was found or installed, or why it is missing. */
export type FoundPeer =
  | { readonly peer: Peer; readonly folder: string; readonly version: string }
  | { readonly peer: Peer; readonly missing: string };

/** Finds each program, and installs those that are missing where that is possible. Never throws. */
export async function providePeers(peers: readonly Peer[]): Promise<FoundPeer[]> {
  const found: FoundPeer[] = [];
  for (const peer of peers) found.push(await providePeer(peer));
  return found;
}

async function providePeer(peer: Peer): Promise<FoundPeer> {
  try {
    const folder = await folderOf(peer);
    const said = await run(join(folder, peer), PACKAGES[peer].version);
    return { peer, folder, version: said.trim().split('\n')[0] ?? '' };
  } catch (error) {
    return { peer, missing: error instanceof Error ? error.message : String(error) };
  }
}

async function folderOf(peer: Peer): Promise<string> {
  if (peer === 'restic') return (await builtRestic()) ?? (await installed(peer));
  return installed(peer);
}

/** Undefined where there is no Go, or no way to its modules. */
async function builtRestic(): Promise<string | undefined> {
  const build = async (folder: string): Promise<void> => {
    const source = await run('go', ['mod', 'download', '-json', `github.com/restic/restic@${RESTIC}`]);
    const { Dir: cwd } = JSON.parse(source) as { Dir: string };
    await run('go', ['build', '-o', join(folder, 'restic'), './cmd/restic'], { cwd });
  };
  return cached('restic', RESTIC, build).catch(() => undefined);
}

async function installed(peer: Peer): Promise<string> {
  const before = await onPath(peer);
  if (before !== undefined) return before;
  const { apt } = PACKAGES[peer];
  if (apt === undefined) throw new Error(`${peer} is not on PATH, and no package that can be installed here has it`);
  if (process.getuid?.() !== 0) throw new Error(`sudo apt-get install ${apt}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await tryRun('apt-get', ['update'], { env });
  await run('apt-get', ['install', '--yes', '--no-install-recommends', apt], { env });
  const after = await onPath(peer);
  if (after === undefined) throw new Error(`the package ${apt} has no ${peer}`);
  return after;
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter((each) => each.startsWith('/'))) {
    const isThere = await access(join(folder, program)).then(
      () => true,
      () => false,
    );
    if (isThere) return folder;
  }
  return undefined;
}
