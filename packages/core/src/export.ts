import { chmod, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BackuperError, type Context, numberOf } from '@postgres-backuper/base';
import { type Catalog, type CatalogFile, inOrderOfSegments } from '@postgres-backuper/format';
import { LARGE_OBJECTS_FILE } from '@postgres-backuper/postgres';
import { noteRun, type PassedOver, type Repository, type Target } from '@postgres-backuper/repository';
import { isErrno, syncFiles, syncFolders } from './export/durable.ts';
import { streamFile } from './restore/file-stream.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { createLoadProgress } from './restore/progress.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { createSegments } from './restore/segments.ts';

export interface ExportRequest {
  readonly name: string;
  readonly target: Target;
  /** Made with mode 0700; one that exists must be empty. */
  readonly directory: string;
}

export interface ExportResult {
  readonly label: string;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  /** A directory archive for pg_restore. */
  readonly dumpDirectory: string;
  /** A custom-format archive for pg_restore, null where the backup has no large objects. */
  readonly largeObjects: string | null;
  readonly globals: string | null;
  /** Settings of the server and rules of pg_hba.conf as JSON, for people; null where the backup has none. */
  readonly server: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Not part of pg_dump's directory: they are beside it. */
const BESIDE = new Set([LARGE_OBJECTS_FILE, 'globals.sql']);
const SERVER_FILE = 'server.json';

/**
 * Writes a backup as plain files: `dump/` for pg_restore, large-objects.dump and globals.sql beside it, all readable by
 * their owner alone, and durable. Every file is compared with its SHA-256. On any error, written files are removed.
 * The log of the name gets an entry.
 * Errors: configuration-invalid (the directory is not empty), storage-full, those of openBackup and Segments.read.
 */
export async function exportBackup(
  request: ExportRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<ExportResult> {
  const use = (backup: OpenedBackup) => exportOpened(backup, request.directory, context);
  const result = await readingBackup(request, { repository, use }, context);
  const texts = [`${numberOf(result.files, 'file')} written without encryption`];
  await noteRun({ name: request.name, kind: 'exported', labels: [result.label], texts }, repository, context);
  return result;
}

async function exportOpened(backup: OpenedBackup, directory: string, context: Context): Promise<ExportResult> {
  const begunAt = context.clock.elapsed();
  const files = inOrderOfSegments(backup.catalog.files);
  const made = await makeDirectory(directory);
  const segments = createSegments(backup, { files, keep: 4 }, context.signal);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const progress = createLoadProgress({ tables: files.length, bytes }, () => segments.storedBytes, context);
  context.emit({ type: 'phase', phase: 'data', text: `writing ${numberOf(files.length, 'file')} to '${directory}'` });
  try {
    await mkdir(join(directory, 'dump'), { mode: 0o700 });
    for (const file of files) {
      await writeWhole(pathOf(directory, file), progress.watch(file.name, streamFile(segments, file)));
      progress.tableDone();
    }
    const server = await writeServer(directory, backup.catalog);
    await syncFiles([...files.map((file) => pathOf(directory, file)), ...(server ? [server] : [])]);
    await syncFolders([join(directory, 'dump'), directory, dirname(resolve(directory))]);
  } catch (error) {
    await removeWritten(directory, made);
    throw spaceError(error, directory);
  } finally {
    progress.end();
  }
  const pathIfThere = (name: string) => (files.some((file) => file.name === name) ? join(directory, name) : null);
  return {
    label: backup.catalog.label,
    passedOver: backup.passedOver,
    dumpDirectory: join(directory, 'dump'),
    largeObjects: pathIfThere(LARGE_OBJECTS_FILE),
    globals: pathIfThere('globals.sql'),
    server: backup.catalog.serverSettings === undefined ? null : join(directory, SERVER_FILE),
    files: files.length,
    bytes,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
  };
}

/** Undefined: the backup does not have it. */
async function writeServer(directory: string, { serverSettings, hbaRules }: Catalog): Promise<string | undefined> {
  if (serverSettings === undefined) return undefined;
  const path = join(directory, SERVER_FILE);
  const text = `${JSON.stringify({ serverSettings, hbaRules }, null, 2)}\n`;
  await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  return path;
}

function pathOf(directory: string, { name }: CatalogFile): string {
  return BESIDE.has(name) ? join(directory, name) : join(directory, 'dump', name);
}

/** True: created by us. Errors: configuration-invalid. */
async function makeDirectory(directory: string): Promise<boolean> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 });
  if (made !== undefined) {
    await chmod(directory, 0o700); // despite the umask
    return true;
  }
  if ((await readdir(directory)).length > 0) {
    throw new BackuperError('configuration-invalid', `directory '${directory}' is not empty`, {
      hint: 'give a directory that is empty or does not exist',
    });
  }
  return false;
}

async function writeWhole(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
  } finally {
    await file.close();
  }
}

async function removeWritten(directory: string, made: boolean): Promise<void> {
  if (made) return rm(directory, { recursive: true, force: true });
  for (const name of ['dump', SERVER_FILE, ...BESIDE])
    await rm(join(directory, name), { recursive: true, force: true });
}

function spaceError(error: unknown, directory: string): unknown {
  if (!isErrno(error, 'ENOSPC', 'EDQUOT')) return error;
  return new BackuperError('storage-full', `no space is left for '${directory}'`, {
    hint: 'free space, or export to another place; what was written has been removed',
  });
}
