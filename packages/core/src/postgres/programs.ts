import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import { runProgram } from '../process.ts';
import type { Server } from './server.ts';

/** PostgreSQL client programs of one version, in one folder. */
export interface Programs {
  readonly binDir: string;
  /** e.g. 18 */
  readonly major: number;
  /** e.g. `18.6` */
  readonly version: string;
  readonly psql: string;
  readonly pgDump: string;
  readonly pgDumpall: string;
  readonly pgRestore: string;
}

/** Folders where packages of Debian, RHEL, Alpine and Homebrew put each version; `*` stands for one level. */
const INSTALL_FOLDERS = [
  ['/usr/lib/postgresql', '*/bin'],
  ['/usr', 'pgsql-*/bin'],
  ['/usr/libexec', 'postgresql*'],
  ['/usr/local', 'pgsql*/bin'],
  ['/opt/homebrew/opt', 'postgresql@*/bin'],
  ['/usr/local/opt', 'postgresql@*/bin'],
  ['/home/linuxbrew/.linuxbrew/opt', 'postgresql@*/bin'],
] as const;

/** All usable client programs, smallest version first; those of `--pg-bin-dir` replace all others. */
export async function findPrograms(
  server: Server,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<readonly Programs[]> {
  const folders = server.binDirs.length > 0 ? server.binDirs : await candidateFolders(server.env.PATH ?? '');
  const found = await Promise.all([...new Set(folders)].map((folder) => inspectFolder(folder, server, context)));
  context.signal.throwIfAborted(); // a program that was stopped is not missing
  return found.filter((programs) => programs !== undefined).sort((a, b) => a.major - b.major);
}

/** The newest programs at hand: psql of any version can ask a server for its version. Errors: program-missing. */
export async function newestPrograms(server: Server, context: Pick<Context, 'clock' | 'signal'>): Promise<Programs> {
  const newest = (await findPrograms(server, context)).at(-1);
  if (newest === undefined) throw programsMissing(undefined, []);
  return newest;
}

/**
 * The smallest version that can dump a server of this major (pg_dump refuses a newer server).
 * Errors: program-missing, which names the major to install.
 */
export function fittingPrograms(found: readonly Programs[], serverMajor: number): Programs {
  const fitting = found.find((programs) => programs.major >= serverMajor);
  if (fitting === undefined) throw programsMissing(serverMajor, found);
  return fitting;
}

function programsMissing(major: number | undefined, found: readonly Programs[]): BackuperError {
  const has =
    found.length === 0 ? 'none was found' : `only ${found.map((programs) => programs.version).join(', ')} was found`;
  const needed = major === undefined ? '' : ` ${major} or newer`;
  return new BackuperError('program-missing', `PostgreSQL client programs${needed} are needed, ${has}`, {
    hint: `run 'postgres-backuper setup-client${major === undefined ? '' : ` --version ${major}`}', or name their folder with --pg-bin-dir`,
  });
}

async function candidateFolders(path: string): Promise<string[]> {
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  for (const [base, pattern] of INSTALL_FOLDERS) {
    const [name = '', rest = ''] = pattern.split('/');
    const prefix = name.replace('*', '');
    const entries = await readdir(base).catch(() => []);
    folders.push(...entries.filter((entry) => entry.startsWith(prefix)).map((entry) => join(base, entry, rest)));
  }
  return folders;
}

async function inspectFolder(
  folder: string,
  server: Server,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Programs | undefined> {
  const programs = {
    psql: join(folder, 'psql'),
    pgDump: join(folder, 'pg_dump'),
    pgDumpall: join(folder, 'pg_dumpall'),
    pgRestore: join(folder, 'pg_restore'),
  };
  const usable = await Promise.all(Object.values(programs).map((file) => access(file, constants.X_OK))).catch(
    () => null,
  );
  if (usable === null) return undefined;
  const said = await runProgram({ file: programs.pgDump, args: ['--version'], env: server.env }, context).catch(
    () => '',
  );
  const version = /\b(\d+)(?:\.(\d+))?/.exec(said);
  if (version === null) return undefined;
  return { ...programs, binDir: folder, major: Number(version[1]), version: version[0] };
}
