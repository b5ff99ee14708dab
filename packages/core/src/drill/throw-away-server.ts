import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Context, type Program, runProgram, startProgram } from '@postgres-backuper/base';
import {
  type Client,
  identifier,
  literal,
  openSession,
  type Programs,
  type Server,
  sql,
  withSession,
} from '@postgres-backuper/postgres';
import { type Owner, ordinaryUser, serverPrograms } from './server-programs.ts';

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
  /** Made in folders of the server's own. Default: none. */
  readonly tablespaces?: readonly string[];
  /** Of the cluster, as the original's: a role's name has the same bytes in all of its databases. */
  readonly encoding: string;
}

/**
 * Starts a server of our own for a drill: data in a private temporary directory, no network, only a socket there. As
 * root it runs as an ordinary user, since PostgreSQL refuses root. `major`: of the backup's server; the oldest
 * installed version that is at least as new is used. `roles` and `tablespaces` are created. Errors: program-missing (no server programs),
 * program-failed.
 */
export async function startThrowAwayServer(request: ThrowAwayRequest, context: Context): Promise<ThrowAwayServer> {
  const programs = await serverPrograms(request, context);
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
    const client = { server, programs };
    await untilReady({ ...client, postgres }, request.roles, context);
    await makeTablespaces(request.tablespaces ?? [], { base, owner, client }, context);
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeTablespaces(
  names: readonly string[],
  { base, owner, client }: { readonly base: string; readonly owner: Owner; readonly client: Client },
  context: Context,
): Promise<void> {
  if (names.length === 0) return;
  await withSession(client, context, async (session) => {
    for (const [index, name] of names.entries()) {
      const folder = join(base, `tablespace-${index}`);
      await mkdir(folder, { mode: 0o700 });
      if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
      await session.execute(sql`CREATE TABLESPACE ${identifier(name)} LOCATION ${literal(folder)}`);
    }
  });
}

/** A folder that the owner can enter, short enough for a socket. Below our own folder that of a dead run is removed. */
async function placeFor(owner: Owner, tempDir: string): Promise<string> {
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

function basicEnv({ env }: Server): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PG')));
}
