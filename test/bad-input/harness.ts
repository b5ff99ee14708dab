import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postgres } from '@postgres-backuper/testing';
import { BACKUPER_PROGRAM } from '@postgres-backuper/testing';

/** A folder with a repository and a place for temporary files, whose path marks all processes of its runs. */
export interface Workplace {
  readonly repository: string;
  readonly tempDir: string;
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function createWorkplace(server: Postgres, env: Record<string, string> = {}): Promise<Workplace> {
  const dir = await mkdtemp(join(tmpdir(), 'bad-input-'));
  const [repository, tempDir] = [join(dir, 'repository'), join(dir, 'tmp')];
  await mkdir(tempDir);
  return {
    repository,
    tempDir,
    env: {
      ...server.env,
      PATH: process.env.PATH ?? '',
      TMPDIR: tempDir,
      BACKUP_REPOSITORY: repository,
      BACKUP_ENCRYPTION: 'none',
      BACKUP_PG_BIN_DIR: server.binDir,
      ...env,
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

export interface End {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly child: ChildProcess;
  /** Resolves when standard error holds it; rejects when the run ends before. */
  says(pattern: RegExp): Promise<void>;
  readonly ended: Promise<End>;
}

/** Starts `postgres-backuper` as a user would. */
export function begin(workplace: Workplace, args: readonly string[], env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [BACKUPER_PROGRAM, ...args], {
    env: { ...workplace.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([status]) => ({ status, stdout, stderr }));
  const says = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(stderr)) {
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it said ${pattern}: ${stderr}`);
      await sleep(5);
    }
  };
  return { child, says, ended };
}

export function cli(workplace: Workplace, args: readonly string[], env: Record<string, string> = {}): Promise<End> {
  return begin(workplace, args, env).ended;
}

interface Named {
  readonly label: string;
}

/** What `list` takes for a backup. */
export async function labels(workplace: Workplace): Promise<readonly string[]> {
  const { status, stdout, stderr } = await cli(workplace, ['list', '--json'], { PGDATABASE: '' });
  if (status !== 0) throw new Error(`list ended with ${status}: ${stderr}`);
  const { result } = JSON.parse(stdout) as { result: { repositories: { backups: Named[]; damaged: unknown[] }[] } };
  const { repositories } = result;
  if (repositories.some(({ damaged }) => damaged.length > 0)) throw new Error(`list shows damage: ${stdout}`);
  return repositories.flatMap(({ backups }) => backups.map(({ label }) => label));
}

/** Processes that a run of this workplace started, its own included: `<pid> <command line>`. */
export async function processes({ tempDir }: Workplace): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = async (pid: string) => {
    const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (!environ.split('\0').includes(`TMPDIR=${tempDir}`)) return [];
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    return command === '' ? [] : [`${pid} ${command.replaceAll('\0', ' ')}`];
  };
  return (await Promise.all(pids.map(read))).flat();
}

/** Waits until no process of the workplace is left, and returns how long that took, milliseconds. */
export async function untilGone(workplace: Workplace): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const left = await processes(workplace);
    if (left.length === 0) return performance.now() - begun;
    if (performance.now() - begun > 60_000) throw new Error(`still there: ${left.join('; ')}`);
    await sleep(50);
  }
}

/** Twenty bytes by which pg_dump waits for its pipes; nothing of a dump. */
function isServiceFile(name: string): boolean {
  return name === 'service' || name === 'service-file';
}

/** Everything below a folder: `regular` files hold bytes, pipes and folders do not. */
export async function filesBelow(folder: string): Promise<{ readonly all: string[]; readonly regular: string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const named = (list: typeof entries) => list.map((entry) => join(entry.parentPath, entry.name));
  return {
    all: named(entries),
    regular: named(entries.filter((entry) => entry.isFile() && !isServiceFile(entry.name))),
  };
}

/** Waits until so many sessions send the rows of a table; the server is asked directly. */
export function untilCopying(server: Postgres, sessions: number): Promise<void> {
  return server.until(`(SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY %') >= ${sessions}`);
}
