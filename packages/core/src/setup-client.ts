import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import { dumpingPrograms, type FoundPrograms, findPrograms, type Programs } from './postgres/programs.ts';
import { withSession } from './postgres/psql.ts';
import { outdatedPrograms } from './postgres/restricted-psql.ts';
import type { Server } from './postgres/server.ts';
import { sql } from './postgres/sql.ts';
import { installClient } from './setup/install.ts';
import { say } from './wording.ts';

export interface SetupClientRequest {
  /** The major version to have; default: the one that fits the server, which is asked. */
  readonly version?: number;
}

export interface SetupClientServices {
  readonly server: Server;
  /** For package managers beside PATH and HOME, e.g. `http_proxy`. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface SetupClientResult {
  /** Where psql, pg_dump, pg_dumpall and pg_restore lie. */
  readonly binDir: string;
  /** e.g. `18.6` */
  readonly version: string;
  /** False: they were there already. */
  readonly installed: boolean;
}

/**
 * Finds the client programs that fit the server, or installs them from the system's packages.
 * Errors: program-missing (none at hand to ask the server with, or none to be had), program-outdated (the packages are
 * older than what psql must know), those of openSession.
 */
export async function setupClient(
  request: SetupClientRequest,
  { server, environment = {} }: SetupClientServices,
  context: Context,
): Promise<SetupClientResult> {
  const found = await findEverywhere(server, context);
  const major = request.version ?? (await askServer(server, found, context));
  const fits = (programs: Programs): boolean =>
    request.version === undefined ? programs.major >= major : programs.major === major;
  const present = newest(found.usable.filter(fits));
  if (present !== undefined) return { binDir: present.binDir, version: present.version, installed: false };
  const { PATH = '', HOME = '/' } = server.env;
  const env = { PATH, HOME, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', ...environment };
  await installClient(major, env, context);
  const after = await findEverywhere(server, context);
  const installed = newest(after.usable.filter(fits));
  if (installed === undefined) throw notFound(major, after.outdated.find(fits));
  return { binDir: installed.binDir, version: installed.version, installed: true };
}

/** As a backup takes them. */
function newest(fitting: readonly Programs[]): Programs | undefined {
  if (fitting.length === 0) return undefined;
  const usable = [...fitting].sort((a, b) => a.major - b.major);
  return dumpingPrograms({ usable, outdated: [] }, 0);
}

/** Folders that were named come first, but what they lack may lie where packages put it. */
async function findEverywhere(server: Server, context: Context): Promise<FoundPrograms> {
  const elsewhere = await findPrograms({ ...server, binDirs: [] }, context);
  if (server.binDirs.length === 0) return elsewhere;
  const named = await findPrograms(server, context);
  return {
    usable: [...named.usable, ...elsewhere.usable],
    outdated: [...named.outdated, ...elsewhere.outdated],
  };
}

async function askServer(server: Server, { usable }: FoundPrograms, context: Context): Promise<number> {
  const programs = usable.at(-1);
  if (programs === undefined) {
    throw new BackuperError('program-missing', 'there is no psql to ask the server for its version with', {
      hint: `say which major version the server has: ${say.option('clientVersion')}`,
    });
  }
  const [row] = await withSession({ server, programs }, context, (session) =>
    session.query<{ major: number }>(
      sql`SELECT pg_catalog.current_setting('server_version_num')::int / 10000 AS major`,
    ),
  );
  return row?.major ?? 0;
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
