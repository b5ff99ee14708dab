import { access, chown, constants, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BackuperError, type Context, type Program, runProgram, say, startProgram } from '@postgres-backuper/base';
import { findPrograms, identifier, openSession, type Programs, type Server, sql } from '@postgres-backuper/postgres';

const START_MS = 30_000;
const LOOK_EVERY_MS = 100;
/** The longest directory below which the address of a socket fits: 107 bytes. */
const SOCKET_BYTES = 107 - '/pgbackuper-drill-XXXXXX/.s.PGSQL.5432'.length;

export interface ThrowAwayServer {
  readonly server: Server;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export interface ThrowAwayRequest {
  readonly env: Server;
  readonly major: number;
  readonly roles: readonly string[];
  /** Of the cluster, as the original's: a role's name has the same bytes in all of its databases. */
  readonly encoding: string;
}

/**
 * Starts a server of our own for a drill: data in a private temporary directory, no network, only a socket there. As
 * root it runs as an ordinary user, since PostgreSQL refuses root. `major`: of the backup's server; the oldest
 * installed version that is at least as new is used. `roles` are created. Errors: program-missing (no server programs),
 * program-failed.
 */
export async function startThrowAwayServer(request: ThrowAwayRequest, context: Context): Promise<ThrowAwayServer> {
  const programs = await serverPrograms(request.env, request.major, context);
  const owner = await ordinaryUser();
  const base = await mkdtemp(join(await placeFor(owner, context.tempDir), 'pgbackuper-drill-'));
  const server: Server = {
    env: { ...basicEnv(request.env), PGHOST: base, PGPORT: '5432', PGUSER: 'postgres', PGDATABASE: 'postgres' },
    binDirs: request.env.binDirs, // pg_restore may have to be newer than the server
  };
  let postgres: Program | undefined;
  const stop = async (): Promise<void> => {
    postgres?.stop();
    await postgres?.ended;
    await rm(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    if (owner !== undefined) await chown(base, owner.uid, owner.gid);
    const as = { env: { ...basicEnv(request.env) }, ...owner };
    const data = join(base, 'data');
    const initdb = [
      '--no-locale',
      `--encoding=${request.encoding}`,
      '--username=postgres',
      '--auth=trust',
      '--no-sync',
      `--pgdata=${data}`,
    ];
    await runProgram({ file: join(programs.binDir, 'initdb'), args: initdb, ...as }, context);
    const settings = [`unix_socket_directories=${base}`, 'listen_addresses=', 'fsync=off', 'full_page_writes=off'];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    // a cancel ends what works on the server first, then `stop` ends the server
    const patient = { clock: context.clock, signal: new AbortController().signal };
    context.signal.throwIfAborted();
    const file = join(programs.binDir, 'postgres');
    postgres = await startProgram({ file, args, stdout: 'ignore', ...as }, patient);
    await untilReady({ server, programs, postgres }, request.roles, context);
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A folder that the owner can enter, short enough for a socket. Below our own folder that of a dead run is removed. */
async function placeFor(owner: object | undefined, tempDir: string): Promise<string> {
  const fits = Buffer.byteLength(tempDir) <= SOCKET_BYTES && (owner === undefined || (await isOpenToAll(tempDir)));
  return fits ? tempDir : '/tmp';
}

/** Whether every user may pass through a folder and all above it. */
async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

async function untilReady(
  { server, programs, postgres }: { server: Server; programs: Programs; postgres: Program },
  roles: readonly string[],
  context: Context,
): Promise<void> {
  const begunAt = context.clock.elapsed();
  const ended = { value: false };
  void postgres.ended.then(() => {
    ended.value = true;
  });
  for (;;) {
    try {
      const session = await openSession({ server, programs }, context);
      const missing = roles.filter((role) => role !== 'postgres' && !role.startsWith('pg_'));
      for (const role of missing) await session.execute(sql`CREATE ROLE ${identifier(role)}`);
      await session.close();
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      if (ended.value || context.clock.elapsed() - begunAt > START_MS) throw error;
      await context.clock.sleep(LOOK_EVERY_MS, { signal: context.signal });
    }
  }
}

async function serverPrograms(env: Server, major: number, context: Context): Promise<Programs> {
  const fitting = (await findPrograms(env, context)).usable.filter((programs) => programs.major >= major);
  for (const programs of fitting) {
    const files = ['initdb', 'postgres'].map((name) => access(join(programs.binDir, name), constants.X_OK));
    if ((await Promise.allSettled(files)).every((file) => file.status === 'fulfilled')) return programs;
  }
  throw new BackuperError('program-missing', `no PostgreSQL server ${major} or newer is installed here`, {
    hint: `install the package postgresql-${major}, or give a server for a drill with ${say.option('host')}`,
  });
}

/** Undefined: we are not root, so the server runs as our own user. Errors: check-failed. */
async function ordinaryUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => lines.find(([user]) => user === name)).find((line) => line);
  if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  throw new BackuperError('check-failed', 'a throw-away server cannot run as root, and there is no other user', {
    hint: `run it as an ordinary user, or give a server for a drill with ${say.option('host')}`,
  });
}

function basicEnv({ env }: Server): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PG')));
}
