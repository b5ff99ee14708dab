import { BackuperError, type Context, type RunProgram, say } from '@postgres-backuper/base';
import {
  dumpingPrograms,
  type FoundPrograms,
  findPrograms,
  KNOWN_MAJORS,
  newestPrograms,
  openMaintenanceSession,
  outdatedPrograms,
  type Programs,
  type Server,
  sql,
} from '@postgres-backuper/postgres';
import { installAnyClient, installClient } from './setup/install.ts';
import type { ManagerEnvironment, SetupContext } from './setup/system.ts';

/** Databases of every cluster, unless dropped. */
const EVERYWHERE = ['postgres', 'template1'];

export interface SetupClientRequest {
  /** The major version to install. Default: the server's. */
  readonly version?: number | undefined;
  /** Databases to ask the server in, one after another until one can be reached: after its own, before those of every cluster. */
  readonly databases?: readonly string[];
}

export interface SetupClientServices {
  readonly server: Server;
  /** For package managers beside PATH and HOME, e.g. `http_proxy`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs package managers and asks programs for their version. Default: our own runner. */
  readonly run?: RunProgram | undefined;
}

export interface SetupClientResult {
  /** Where psql, pg_dump, pg_dumpall and pg_restore are. */
  readonly binDir: string;
  /** e.g. `18.6` */
  readonly version: string;
  /** False: they were there already. */
  readonly installed: boolean;
}

/**
 * Finds the client programs that fit the server, or installs them from the system's packages. Without any, the newest
 * of the system's packages are installed first, to ask the server for its version. Any one reachable database suffices.
 * Errors: program-missing (none available), program-outdated (the packages' psql is too old), those of openSession.
 */
export async function setupClient(
  request: SetupClientRequest,
  { server, environment = {}, run }: SetupClientServices,
  given: Context,
): Promise<SetupClientResult> {
  const context: SetupContext = { ...given, run };
  const { PATH = '', HOME = '/' } = server.env;
  const env = { PATH, HOME, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', ...environment };
  const before = await findEverywhere(server, context);
  const isEnough = request.version !== undefined || before.usable.length > 0;
  const found = isEnough ? before : await bringAny(server, env, context);
  const major = request.version ?? (await askServer({ server, found }, request, context));
  const fits = (programs: Programs): boolean =>
    request.version === undefined ? programs.major >= major : programs.major === major;
  const present = newest(found.usable.filter(fits));
  if (present !== undefined) return { binDir: present.binDir, version: present.version, installed: found !== before };
  await installClient(major, env, context);
  const after = await findEverywhere(server, context);
  const installed = newest(after.usable.filter(fits));
  if (installed === undefined) throw notFound(major, after.outdated.find(fits));
  return { binDir: installed.binDir, version: installed.version, installed: true };
}

/** Programs to query a server with: the system's where their psql can be restricted, else PostgreSQL's newest. */
async function bringAny(server: Server, env: ManagerEnvironment, context: SetupContext): Promise<FoundPrograms> {
  if (await installAnyClient(env, context)) {
    const found = await findEverywhere(server, context);
    if (found.usable.length > 0) return found;
  }
  const [major] = KNOWN_MAJORS;
  await installClient(major, env, context);
  const found = await findEverywhere(server, context);
  if (found.usable.length === 0) throw notFound(major, found.outdated.at(-1));
  return found;
}

/** As a backup takes them. */
function newest(fitting: readonly Programs[]): Programs | undefined {
  if (fitting.length === 0) return undefined;
  const usable = [...fitting].sort((a, b) => a.major - b.major);
  return dumpingPrograms({ usable, outdated: [] }, 0);
}

/** Named folders come first; programs that they lack may be where packages install them. */
async function findEverywhere(server: Server, context: SetupContext): Promise<FoundPrograms> {
  const elsewhere = await findPrograms({ ...server, binDirs: [] }, context);
  if (server.binDirs.length === 0) return elsewhere;
  const named = await findPrograms(server, context);
  return {
    usable: [...named.usable, ...elsewhere.usable],
    outdated: [...named.outdated, ...elsewhere.outdated],
  };
}

/** The major version of the server, from the first database that can be reached. Errors: those of openSession. */
async function askServer(
  { server, found }: { readonly server: Server; readonly found: FoundPrograms },
  { databases = [] }: SetupClientRequest,
  context: Context,
): Promise<number> {
  const programs = newestPrograms(found);
  const { PGDATABASE, PGUSER } = server.env;
  // without a name libpq uses that of the role
  const own = PGDATABASE === undefined ? [] : [PGDATABASE];
  const last = PGDATABASE === undefined && PGUSER !== undefined ? [PGUSER] : [];
  const candidates = new Set([...own, ...databases, ...EVERYWHERE, ...last]);
  const session = await openMaintenanceSession({ server, programs }, [...candidates], context);
  try {
    const [row] = await session.query<{ major: number }>(
      sql`SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major`,
    );
    return row?.major ?? 0;
  } finally {
    await session.close();
  }
}

function notFound(major: number, outdated: Programs | undefined): BackuperError {
  if (outdated !== undefined) return outdatedPrograms(outdated);
  return new BackuperError(
    'program-missing',
    `PostgreSQL ${major}’s client programs were installed but are not found`,
    {
      hint: `name their folder with ${say.option('pgBinDir')}`,
    },
  );
}
