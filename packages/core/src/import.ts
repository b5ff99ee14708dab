import { BackuperError, type Context, formatBytes, say } from '@postgres-backuper/base';
import type { CatalogOrigin } from '@postgres-backuper/format';
import { onDatabase, type Server } from '@postgres-backuper/postgres';
import { noteRun, type Repository } from '@postgres-backuper/repository';
import type { BackupResult } from './backup/result.ts';
import { type BackupRequest, type BackupServices, backup } from './backup.ts';
import { startThrowAwayServer } from './drill/throw-away-server.ts';
import { makeRoom } from './import/make-room.ts';
import { remarksOn } from './import/remarks-on.ts';
import { requireUsable } from './import/require-usable.ts';

export interface ImportRequest extends Omit<BackupRequest, Decided> {
  /** Default: the name of the database. */
  readonly name: string | undefined;
  /** Of the database in the backup. Default: as the file says, else the name. */
  readonly database: string | undefined;
  /** When the file was made, milliseconds since 1970. */
  readonly startedAt: number;
}

/** The fields of a backup's request that an import decides. */
type Decided = 'name' | 'rotation' | 'imported' | 'remarks' | 'globals' | 'maintenanceDatabases';

/** An old file that was read whole. */
export interface ImportSource {
  readonly origin: CatalogOrigin;
  /** The name of its database; undefined: it does not say. */
  readonly database: string | undefined;
  /** That the file names, and a server must have. */
  readonly roles: readonly string[];
  readonly tablespaces: readonly string[];
  readonly hasOwners: boolean;
  readonly hasPrivileges: boolean;
  /** Holds roles of its own: a file of pg_dumpall. */
  readonly isCluster: boolean;
  /** Of the new database. */
  readonly encoding: string;
  /** Loads it into a database that it creates; returns what was left out. */
  load(
    into: { readonly name: string; readonly server: Server; readonly maintenanceDatabases: readonly string[] },
    context: Context,
  ): Promise<readonly string[]>;
}

export interface ImportServices extends Pick<BackupServices, 'sealThreads' | 'destinations'> {
  /** Reads the file whole. */
  readonly open: () => Promise<ImportSource>;
  /** Folders of programs and the environment of a server that is started; nothing connects to this one. */
  readonly server: Server;
}

/**
 * Makes a backup of an old file, as old as the file: look at the repositories → read the file → start a throw-away server
 * of at least its version, with the roles and tablespaces that it names → load → back up → remove the server. Nothing is
 * pruned. Errors: backup-exists, configuration-invalid (no name), program-missing, those of `open`, `load` and backup.
 */
export async function importFile(
  request: ImportRequest,
  { open, ...services }: ImportServices,
  context: Context,
): Promise<BackupResult> {
  const { destinations } = services;
  if (request.name !== undefined) await requireUsable({ ...request, name: request.name }, destinations, context);
  const source = await open();
  const database = request.database ?? source.database ?? request.name ?? noName();
  const name = request.name ?? database;
  const named = { ...request, name, database };
  if (request.name === undefined) await requireUsable(named, destinations, context);
  return importInto(named, { ...services, source }, context);
}

/** The oldest server that files are loaded into. */
const OLDEST_MAJOR = 14;
/** A database of the file may be called `postgres`. */
const MAINTENANCE = ['template1'];

async function importInto(
  { database, startedAt, ...asked }: ImportRequest & { readonly name: string; readonly database: string },
  { source, server, ...others }: Omit<ImportServices, 'open'> & { readonly source: ImportSource },
  context: Context,
): Promise<BackupResult> {
  const { origin, roles, tablespaces, encoding } = source;
  const major = Math.max(OLDEST_MAJOR, Number.parseInt(origin.serverVersion ?? '0', 10));
  const text = `starting a server for '${origin.file}' (${formatBytes(origin.sizeBytes)})`;
  context.emit({ type: 'phase', phase: 'create-database', text });
  const cluster = { env: server, major, roles, tablespaces, encoding };
  const own = await startThrowAwayServer(cluster, context);
  try {
    const place = { server: own.server, maintenanceDatabases: MAINTENANCE };
    await makeRoom(database, place, context);
    const leftOut = await source.load({ name: database, ...place }, context);
    const imported = { startedAt, origin };
    const decided = { globals: false, maintenanceDatabases: MAINTENANCE, rotation: undefined, imported };
    const whole = { ...asked, ...decided, remarks: remarksOn(source, leftOut) };
    const made = await backup(whole, { server: onDatabase(own.server, database), ...others }, context);
    await noteImport(made, others.destinations, context);
    return made;
  } finally {
    await own.stop();
  }
}

/** Not the name of the file, which is in the encrypted catalog. */
async function noteImport(
  { name, label, destinations: ends }: BackupResult,
  destinations: readonly Repository[],
  context: Context,
): Promise<void> {
  const texts = ['a backup was made of an old file'];
  const committed = destinations.filter((_, index) => ends[index]?.committed === true);
  await Promise.all(committed.map((one) => noteRun({ name, kind: 'imported', labels: [label], texts }, one, context)));
}

function noName(): never {
  throw new BackuperError('configuration-invalid', 'the file does not hold the name of its database', {
    hint: `give it with ${say.option('dbname')}`,
  });
}
