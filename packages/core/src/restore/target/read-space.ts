import { readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { joined, literal, type Session, sql } from '@postgres-backuper/postgres';

/** A file system of the server. */
export interface FileSystem {
  /** The same for all that is in it. */
  readonly device: string;
  /** For who is not root. */
  readonly freeBytes: number;
}

/** By tablespace: where its files are. `pg_default`: of the server's data directory. */
export type Space = ReadonlyMap<string, FileSystem>;

/**
 * The room of the server's file systems, where it runs on this machine and the role may know where its files are: a
 * server itself does not say it. Undefined: it cannot be known. Errors: those of Session.query.
 */
export async function readSpace(session: Session, tablespaces: readonly string[]): Promise<Space | undefined> {
  const [row] = await session.query<{ pid: number; directory: string | null }>(
    sql`SELECT pg_catalog.pg_backend_pid() AS pid,
               (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory') AS directory`,
  );
  if (row?.directory == null || !(await isHere(row.pid))) return undefined;
  const folders = await readFolders(session, tablespaces);
  const found = new Map<string, FileSystem>();
  for (const [name, folder] of [['pg_default', ''] as const, ...folders]) {
    const room = await fileSystem(folder.startsWith('/') ? folder : join(row.directory, folder));
    if (room !== undefined) found.set(name, room);
  }
  return found.has('pg_default') ? found : undefined;
}

/** Whether the session's process of the server is one of this machine, as this process sees it. */
async function isHere(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.startsWith('postgres');
}

/** Folders of tablespaces; of one inside of the data directory relative to that. */
async function readFolders(
  session: Session,
  names: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  if (names.length === 0) return [];
  const rows = await session.query<{ name: string; folder: string }>(
    sql`SELECT spcname AS name, pg_catalog.pg_tablespace_location(oid) AS folder
          FROM pg_catalog.pg_tablespace WHERE spcname IN (${joined(names.map(literal))})`,
  );
  return rows.map(({ name, folder }) => [name, folder] as const);
}

async function fileSystem(folder: string): Promise<FileSystem | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const { dev } = await stat(folder);
    return { device: String(dev), freeBytes: bavail * bsize };
  } catch {
    return undefined; // of another mount, or above a folder that this user may not enter
  }
}
