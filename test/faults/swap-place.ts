import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { BACKUPER_PROGRAM, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { createPlace, makeBackup } from '../restore/harness.ts';
import { LOAD_TABLES } from './pgbench-load.ts';

/** The program while it works on an exchange. */
export interface Exchange {
  readonly child: ChildProcess;
  /** When it is about to exchange the names, or has ended. */
  readonly begun: Promise<unknown>;
  readonly ended: Promise<number | null>;
  readonly log: readonly string[];
}

/** A database `app` whose marker is 1, beside the one that it replaced or was replaced by, whose marker is 0. */
export async function startSwapPlace() {
  const [server, place] = await Promise.all([startPostgres({ major: 18 }), createPlace()]);
  await server.createDatabase('app');
  await server.psql(LOAD_TABLES, 'app');
  await makeBackup(server, { dbname: 'app' }, place);
  await server.psql('UPDATE marker SET what = 1', 'app');

  const start = (args: readonly string[], port = server.port) => begin(server, args, port);
  const from = ['--repository', `${place.directory}/repository`, '--name', 'app', '--encryption', 'none'];
  const others = async () =>
    (await server.psql("SELECT datname FROM pg_database WHERE datname LIKE 'app_%' ORDER BY 1"))
      .split('\n')
      .filter(Boolean);
  const everywhere = async (sql: string) =>
    Promise.all(['app', ...(await others())].map((name) => server.psql(sql, name)));
  return {
    ...{ server, others },
    replace: () => start(['restore', 'latest', '--replace', 'app', '--disconnect', '--no-analyze', ...from]),
    /** To the other one, whatever it is. */
    exchange: async (port?: number) => start(['undo-swap', 'app', (await others())[0] ?? 'none', '--disconnect'], port),
    marker: () => server.psql('SELECT what FROM marker', 'app'),
    /** Times of all committed transactions in both, milliseconds. */
    times: async () => {
      const all = await everywhere('SELECT extract(epoch FROM at) * 1000 FROM seen');
      return all.flatMap((text) => text.split('\n').filter(Boolean).map(Number)).sort((a, b) => a - b);
    },
    /** Transactions that saw another marker than that of the database that has their row. */
    mixed: async () => {
      const counts = await everywhere(
        'SELECT count(*) FROM seen s, marker m WHERE s.what <> m.what OR s.again <> m.what',
      );
      return counts.reduce((sum, text) => sum + Number(text), 0);
    },
    forget: () => everywhere('TRUNCATE seen'),
    stop: async () => {
      await server.stop();
      await place.remove();
    },
  };
}

function begin({ binDir, env }: Postgres, args: readonly string[], port: number): Exchange {
  const { PATH = '', HOME = '/' } = process.env;
  const variables = { PATH, HOME, ...env, PGPORT: String(port), PGDATABASE: 'postgres', PG_BIN_DIR: binDir };
  const child = spawn(process.execPath, [BACKUPER_PROGRAM, ...args], {
    env: variables,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const log: string[] = [];
  const begun = new Promise((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      if (/replacing database|the name 'app'/.test(line)) resolve(line);
    });
    child.once('exit', resolve);
  });
  return { child, begun, ended: once(child, 'close').then(([status]) => status as number | null), log };
}
