import { access, constants, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BackuperError, type ProgramServices, runProgram, say } from '@postgres-backuper/base';
import type { Programs } from './client-programs.ts';
import { knowsRestriction, outdatedPrograms } from './restricted-psql.ts';
import type { Server } from './server.ts';

/** Programs found on this machine, smallest version first. */
export interface FoundPrograms {
  readonly usable: readonly Programs[];
  /** Programs whose psql lacks `\restrict`: they are never run. */
  readonly outdated: readonly Programs[];
}

/** Folders in which packages of Debian, RHEL, Alpine and Homebrew install each version; `*` is one level. */
const INSTALL_FOLDERS = [
  ['/usr/lib/postgresql', '*/bin'],
  ['/usr', 'pgsql-*/bin'],
  ['/usr/libexec', 'postgresql*'],
  ['/usr/local', 'pgsql*/bin'],
  ['/opt/homebrew/opt', 'postgresql@*/bin'],
  ['/usr/local/opt', 'postgresql@*/bin'],
  ['/home/linuxbrew/.linuxbrew/opt', 'postgresql@*/bin'],
] as const;

/** Finds all client programs; those in `--pg-bin-dir` replace all others. */
export async function findPrograms(server: Server, services: ProgramServices): Promise<FoundPrograms> {
  const folders = server.binDirs.length > 0 ? server.binDirs : await candidateFolders(server.env.PATH ?? '');
  const found = await Promise.all([...new Set(folders)].map((folder) => inspectFolder(folder, server, services)));
  services.signal.throwIfAborted(); // a program that was stopped is not missing
  const inOrder = found
    .filter((inspected) => inspected !== undefined)
    .sort((a, b) => a.programs.major - b.programs.major);
  const those = (isUsable: boolean): Programs[] =>
    inOrder.filter((inspected) => inspected.isUsable === isUsable).map(({ programs }) => programs);
  return { usable: those(true), outdated: those(false) };
}

/**
 * The newest programs found: psql of any version can ask a server for its version. Errors: program-missing,
 * program-outdated.
 */
export function newestPrograms(found: FoundPrograms): Programs {
  const newest = found.usable.at(-1);
  if (newest === undefined) throw programsMissing(undefined, found);
  return newest;
}

/** Newest first. Archives of newer versions may have an unknown layout. */
export const KNOWN_MAJORS = [18, 17, 16, 15, 14] as const;

const [NEWEST_KNOWN] = KNOWN_MAJORS;

/**
 * The programs for a dump of a server of this major: the newest, since newer ones keep more (pg_dump refuses a newer
 * server). Why: docs/decisions/client-programs.md.
 * Errors: program-missing, which names the major to install; program-outdated, which names the minor version.
 */
export function dumpingPrograms(found: FoundPrograms, serverMajor: number): Programs {
  const known = found.usable.findLast(({ major }) => major >= serverMajor && major <= NEWEST_KNOWN);
  return known ?? fittingPrograms(found, serverMajor);
}

/** The smallest version of at least this major. Errors: as dumpingPrograms. */
export function fittingPrograms(found: FoundPrograms, leastMajor: number): Programs {
  const fitting = found.usable.find((programs) => programs.major >= leastMajor);
  if (fitting === undefined) throw programsMissing(leastMajor, found);
  return fitting;
}

function programsMissing(major: number | undefined, { usable, outdated }: FoundPrograms): BackuperError {
  const old = outdated.find((programs) => programs.major >= (major ?? 0));
  if (old !== undefined) return outdatedPrograms(old);
  const versions = [...new Set(usable.map((programs) => programs.version))]; // several folders may have one
  const has = versions.length === 0 ? 'none was found' : `only ${versions.join(', ')} was found`;
  const needed = major === undefined ? '' : ` ${major} or newer`;
  return new BackuperError('program-missing', `PostgreSQL client programs${needed} are needed, ${has}`, {
    hint: `give ${say.option('installClient')}${major === undefined ? '' : ` with ${say.option('clientVersion', String(major))}`}, or name their folder with ${say.option('pgBinDir')}`,
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
  return firstOfEach(folders);
}

/**
 * Each folder once, whatever links lead to it (`/bin` is `/usr/bin` nearly everywhere). Debian's pg_wrapper is left out: it
 * starts the programs of one of the other folders, slowly.
 */
async function firstOfEach(folders: readonly string[]): Promise<string[]> {
  const known = new Map<string, string>();
  const places = await Promise.all(
    folders.map(async (folder) => ({
      folder: await realpath(folder).catch(() => undefined),
      psql: await realpath(join(folder, 'psql')).catch(() => ''),
    })),
  );
  for (const [index, { folder, psql }] of places.entries()) {
    if (folder === undefined || known.has(folder) || basename(psql) === 'pg_wrapper') continue;
    known.set(folder, folders[index] as string);
  }
  return [...known.values()];
}

async function inspectFolder(
  folder: string,
  { env }: Server,
  services: ProgramServices,
): Promise<{ readonly programs: Programs; readonly isUsable: boolean } | undefined> {
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
  const { run = runProgram } = services;
  const [said, isUsable] = await Promise.all([
    run({ file: programs.pgDump, args: ['--version'], env }, services).catch(() => undefined),
    knowsRestriction(programs.psql, env, services),
  ]);
  const version = /\b(\d+)(?:\.(\d+))?/.exec(said?.toString() ?? '');
  if (version === null) return undefined;
  return { programs: { ...programs, binDir: folder, major: Number(version[1]), version: version[0] }, isUsable };
}
