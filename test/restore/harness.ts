import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, type Event, isBackuperError } from '@postgres-backuper/base';
import { type BackupRequest, backup, type RestoreResult, restore } from '@postgres-backuper/core';
import { extentsOf } from '@postgres-backuper/format';
import { createPlainCipher } from '@postgres-backuper/openpgp';
import type { Server } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { type Postgres, throwAwayFolder } from '@postgres-backuper/testing';
import { realClock } from '../../packages/cli/src/real-clock.ts';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';

export interface Place {
  readonly directory: string;
  readonly repository: Repository;
  /** `signal` defaults to one that is never aborted. */
  context(signal?: AbortSignal): Context & { readonly events: Event[] };
  remove(): Promise<void>;
}

/** A repository in a directory, in memory where there is room, not encrypted unless a cipher is given. */
export async function createPlace(keys?: Pick<Repository, 'cipher' | 'encryption' | 'signer'>): Promise<Place> {
  const directory = await mkdtemp(join(throwAwayFolder(), 'pgb-restore-'));
  await chmod(directory, 0o711); // for the servers of drills, which run as another user than root and are in /tmp else
  const storage = createLocalStorage({ directory: join(directory, 'repository') });
  return {
    directory,
    repository: { storage, cipher: createPlainCipher(), encryption: 'none', ...keys },
    context: (signal = new AbortController().signal) => {
      const events: Event[] = [];
      const emit = (event: Event) => void events.push(event);
      return { clock: realClock, emit, signal, tempDir: directory, tool: 'test', events };
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

export function serverOf(postgres: Postgres, dbname: string): Server {
  return { env: { ...postgres.env, PGDATABASE: dbname }, binDirs: [postgres.binDir] };
}

/** A backup of a database with the real thing; returns its label. */
export async function makeBackup(
  postgres: Postgres,
  { dbname, ...options }: { readonly dbname: string } & Partial<BackupRequest>,
  { repository, context }: Place,
): Promise<string> {
  const request: BackupRequest = {
    name: dbname,
    selection: { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] },
    jobs: 2,
    segmentBytes: 8 * 1024 * 1024,
    lockTimeoutMs: 10_000,
    yieldAfterMs: undefined,
    globals: true,
    largeObjects: true,
    rotation: undefined,
    ...options,
  };
  const made = await backup(request, { server: serverOf(postgres, dbname), destinations: [repository] }, context());
  return made.label;
}

/** Makes a database with these objects and a backup of it in small segments; returns its label. */
export async function backUpNew(
  { name, sql }: { readonly name: string; readonly sql: string },
  postgres: Postgres,
  place: Place,
): Promise<string> {
  await postgres.createDatabase(name, 'TEMPLATE template0');
  await postgres.psql(sql, name);
  return makeBackup(postgres, { dbname: name, segmentBytes: 64 * 1024 }, place);
}

/** Restores the newest backup as `NAME copy`, as the superuser or as that user, whose password is `x`. The result is there after an error as well. */
export async function bringBack(
  { name, user, ...request }: { readonly name: string; readonly user?: string | undefined } & Partial<RestoreRequest>,
  postgres: Postgres,
  place: Place,
) {
  const all = { maintenanceDatabases: ['postgres'], jobs: 2, owner: true, privileges: true };
  const asked = { name, target: { latest: true } as const, into: `${name} copy`, ...all, ...request };
  const { env, ...rest } = serverOf(postgres, 'postgres');
  const server = { ...rest, env: user === undefined ? env : { ...env, PGUSER: user, PGPASSWORD: 'x' } };
  const context = place.context();
  const outcome = await restore(asked, { server, repository: place.repository }, context).then(
    (result) => ({ result, error: undefined }),
    (error) => {
      if (!isBackuperError(error)) throw error;
      return { result: error.result as RestoreResult, error };
    },
  );
  const warnings = context.events.flatMap((one) => (one.type === 'warning' ? [one.text] : []));
  const notices = context.events.filter(({ type }) => type === 'notice').map((one) => JSON.stringify(one));
  return { ...outcome, warnings, notices };
}

/** The file of a segment with rows, but without the table of contents: a restore without it keeps the other tables. */
export async function segmentOfRows(
  { name, label }: { readonly name: string; readonly label: string },
  { directory, repository, context }: Place,
): Promise<string> {
  const { catalog, segments } = await openBackup({ name, target: { label } }, repository, context());
  const numbers = (wanted: (file: string) => boolean) =>
    catalog.files.filter((file) => wanted(file.name)).flatMap((file) => [...extentsOf(file)].map(([number]) => number));
  const ofToc = new Set(numbers((file) => file === 'toc.dat'));
  const number = numbers((file) => file !== 'toc.dat').find((one) => !ofToc.has(one)) ?? -1;
  return join(directory, 'repository', name, 'data', label, segments.at(number)?.key.split('/').at(-1) ?? '');
}
