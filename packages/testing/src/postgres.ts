import { chown, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type Major, type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { clusterOwner, copyCluster, makeCluster } from './postgres-cluster.ts';
import { dropDatabase, dropRole, identifier } from './postgres-left-over.ts';
import { type ServerProcess, type ServerRequest, serverLog, startServer } from './postgres-server.ts';
import { noteRoles, serverStarted, serverStopped } from './retry.ts';
import { run } from './run.ts';
import { untilPortIsFree } from './service.ts';
import { timedStart } from './start-times.ts';
import { throwAwayFolder } from './throw-away-folder.ts';
import { untilSql } from './until-sql.ts';

export interface PostgresRequest {
  readonly major: Major;
  /** Added to the server's settings, e.g. `{ max_connections: '20' }`; fsync is off unless it is given here. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Owner of the server process when started as root (default: nobody). */
  readonly asUid?: number;
  /** Of the role postgres; holds no quote. */
  readonly password?: string;
  /** Makes a cluster by initdb, a second slower; all others of a major share one system identifier. */
  readonly ownIdentity?: boolean;
  /** Keeps the data on disk, where they grow large or their speed is measured; else they are in memory if it has room. */
  readonly onDisk?: boolean;
  /** Makes a hot standby of this running server, of the same major. */
  readonly standbyOf?: Pick<Postgres, 'socketDir' | 'port' | 'password'>;
}

export interface Postgres extends PostgresBinaries {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** A superuser with password authentication (SCRAM). */
  readonly user: 'postgres';
  readonly password: string;
  readonly dataDir: string;
  readonly socketDir: string;
  /** Of the postmaster; changes with `restart`. */
  readonly pid: number;
  /** The complete environment of a client program, usable as Server.env: PATH, HOME, LC_ALL, PG*. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs SQL with ON_ERROR_STOP and returns what psql prints: unaligned, tuples only, trimmed at the end. */
  psql(sql: string, dbname?: string): Promise<string>;
  /** Waits for a minute at most until the SQL condition is true; one session asks, so that waiting costs little. */
  until(condition: string, dbname?: string): Promise<void>;
  /**
   * `options` follow the name, e.g. `TEMPLATE template0 ENCODING LATIN1`. A database of that name, left by a first try
   * of a test, is dropped with its sessions.
   */
  createDatabase(name: string, options?: string): Promise<void>;
  /** A role of that name, left by a first try of a test, is dropped; what it owned belongs to postgres. */
  createRole(name: string, options?: string): Promise<void>;
  /** Starts the server again on its port and data, whether it runs, was stopped or was killed. */
  restart(): Promise<void>;
  /** Ends the server (`fast` by default) and removes its data. Idempotent. */
  stop(mode?: keyof typeof STOP_SIGNALS): Promise<void>;
  /** SIGKILL to the postmaster, as in a crash; `restart` brings the server back. */
  kill9(): Promise<void>;
  /** Everything that the server logged so far. */
  log(): string;
}

const STOP_SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/**
 * Starts a throw-away server with a cluster of its own on a free loopback port. Stops exactly the process that it
 * started. With the calling process, however that ends, the server ends too and its data are removed.
 */
export function startPostgres(request: PostgresRequest): Promise<Postgres> {
  return timedStart(`PostgreSQL ${request.major}`, () => untilPortIsFree(() => start(request)));
}

async function start(request: PostgresRequest): Promise<Postgres> {
  const binaries = await postgresBinaries(request.major);
  const owner = clusterOwner(request.asUid);
  const folder = request.onDisk === true ? '/tmp' : throwAwayFolder();
  const socketDir = await mkdtemp(join(folder, 'pgb-')); // a socket's path must fit into 107 bytes
  const dataDir = join(socketDir, 'data');
  try {
    if (owner.uid !== undefined) await chown(socketDir, owner.uid, owner.gid ?? owner.uid);
    const { standbyOf, ownIdentity: isOwn = false } = request;
    if (standbyOf === undefined) await makeCluster({ binaries, dataDir, owner, isOwn });
    else await copyCluster({ binaries, dataDir, owner, of: standbyOf });
    const place = { binDir: binaries.binDir, dataDir, socketDir, port: await freePort(), owner };
    const password = standbyOf?.password ?? request.password ?? 'throw-away password';
    const isStandby = standbyOf !== undefined;
    const server = { ...place, settings: request.settings ?? {}, password, isStandby };
    return createPostgres(binaries, server, await startServer(server));
  } catch (error) {
    await rm(socketDir, { recursive: true, force: true });
    throw error;
  }
}

function createPostgres(binaries: PostgresBinaries, request: ServerRequest, first: ServerProcess): Postgres {
  let server = first;
  const { port, password, dataDir, socketDir } = request;
  const env = clientEnv(request);
  const psql = async (sql: string, dbname = 'postgres') => {
    noteRoles(postgres, sql);
    const args = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--no-password', '--set=ON_ERROR_STOP=1'];
    const asked = { env: { ...env, PGDATABASE: dbname }, input: sql };
    return (await run(join(binaries.binDir, 'psql'), args, asked)).trimEnd();
  };
  const postgres: Postgres = {
    ...binaries,
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    dataDir,
    socketDir,
    get pid() {
      return server.pid;
    },
    env,
    psql,
    until: async (condition, dbname) => {
      await psql(untilSql(condition), dbname);
    },
    createDatabase: async (name, options = '') => {
      await psql(`${dropDatabase(name)} CREATE DATABASE ${identifier(name)} ${options}`);
    },
    createRole: async (name, options = 'LOGIN') => {
      await dropRole(name, psql);
      await psql(`CREATE ROLE ${identifier(name)} ${options}`);
    },
    restart: async () => {
      await server.end('SIGINT');
      server = await startAgain(request);
    },
    stop: async (mode = 'fast') => {
      serverStopped(postgres);
      await server.end(STOP_SIGNALS[mode]);
      await rm(socketDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
    kill9: () => server.end('SIGKILL'),
    log: () => serverLog(request),
  };
  serverStarted(postgres);
  return postgres;
}

/** How long a killed server's processes may hold its shared memory on a busy machine, milliseconds. */
const HELD_MS = 60_000;

/** After a SIGKILL the old backends hold the shared memory for a moment. */
async function startAgain(request: ServerRequest): Promise<ServerProcess> {
  for (const begun = Date.now(); ; ) {
    try {
      return await startServer(request);
    } catch (error) {
      if (Date.now() - begun > HELD_MS) throw error;
      await sleep(200);
    }
  }
}

function clientEnv({ binDir, port, password, socketDir }: ServerRequest): Record<string, string> {
  const connection = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'postgres', PGPASSWORD: password };
  return { PATH: `${binDir}:/usr/bin:/bin`, HOME: socketDir, LC_ALL: 'C', ...connection, PGDATABASE: 'postgres' };
}
