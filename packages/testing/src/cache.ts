import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long to wait for another process that fills the same folder, milliseconds. */
const WAIT_MS = 15 * 60_000;

/**
 * A folder `<name>-<version>` of the cache that all clones share, filled once. `fill` gets an empty folder, which
 * appears under its final name whole or not at all. Only one process fills a folder at a time; a lock whose owner died
 * is taken over. Returns the folder's path.
 */
export async function cached(name: string, version: string, fill: (dir: string) => Promise<void>): Promise<string> {
  const base = await cacheFolder();
  const dir = join(base, `${name}-${version}`);
  if (await exists(dir)) return dir;
  const release = await lock(`${dir}.lock`);
  try {
    if (!(await exists(dir))) await fillOnce(dir, fill);
    return dir;
  } finally {
    await release();
  }
}

/** `$PGBACKUPER_CACHE`, else /var/cache/postgres-backuper for root (world-readable), else ~/.cache/postgres-backuper. */
export async function cacheFolder(): Promise<string> {
  const ofUser = process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache');
  const folder = process.env.PGBACKUPER_CACHE || join(ofUser, 'postgres-backuper');
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
  return folder;
}

async function fillOnce(dir: string, fill: (dir: string) => Promise<void>): Promise<void> {
  const unfinished = `${dir}.${randomBytes(4).toString('hex')}.unfinished`;
  await mkdir(unfinished);
  try {
    await chmod(unfinished, 0o755);
    await fill(unfinished);
    await rename(unfinished, dir);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

async function lock(file: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await tryLock(file))) {
    if (!(await ownerLives(file))) await rm(file, { force: true });
    else if (Date.now() > deadline) throw new Error(`${file} is held for too long: remove it if nothing runs`);
    else await sleep(200);
  }
  return () => rm(file, { force: true });
}

async function tryLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock without a number may be unfinished: its owner counts as alive for 5 s. */
async function ownerLives(file: string): Promise<boolean> {
  try {
    const pid = Number(await readFile(file, 'utf8'));
    if (pid === 0) return Date.now() - (await stat(file)).mtimeMs < 5000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
