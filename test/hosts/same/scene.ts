import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOST_NAMES, type HostName } from '@postgres-backuper/hosts';
import { generateKeyPair } from '@postgres-backuper/openpgp';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { buildBundle } from '../../../scripts/bundle/bundle.ts';
import { lockTable } from '../../lock-table.ts';
import type { Case } from './cases.ts';
import type { Starter } from './host-under-test.ts';
import { HOSTS } from './hosts.ts';
import type { CliEnd } from './job.ts';

export interface Scene {
  readonly postgres: Postgres;
  /** What is in no two runs the same: paths of this scene. */
  readonly folder: string;
  readonly run: (one: Case, host: HostName) => Promise<CliEnd>;
  /** Backs up all the databases at once, then verifies each but the last, which there is not. */
  readonly runNames: (dbnames: readonly string[], host: HostName) => Promise<readonly CliEnd[]>;
  readonly stop: () => Promise<void>;
}

interface Start {
  readonly command: 'backup' | 'verify';
  readonly options?: Readonly<Record<string, string>>;
  readonly repository: string;
  readonly dbname: string;
  readonly cancelAfter?: () => Promise<void>;
}

/** A server with `app` and with `locked`, whose table somebody holds; a good repository and a damaged one. */
export async function createScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'same-'));
  const postgres = await startPostgres({ major: 18 });
  for (const name of ['app', 'locked']) {
    await postgres.createDatabase(name);
    await postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', name);
  }
  await lockTable(postgres, 'a', 'locked');
  const repositories = { good: join(folder, 'good'), damaged: join(folder, 'damaged') };
  const base = await connection(postgres);
  const starters = await prepareHosts(join(folder, 'surfaces'));
  const start = async (host: HostName, { command, options = {}, repository, dbname, cancelAfter }: Start) => {
    const all = { ...base, repository, dbname, ...options };
    const job = await starters[host].start({ folder, command, options: all });
    await cancelAfter?.().then(job.cancel);
    return job.ended;
  };
  const made = await start('none', { command: 'backup', repository: repositories.good, dbname: 'app' });
  if (made.status !== 0) throw new Error(made.log);
  await cp(repositories.good, repositories.damaged, { recursive: true });
  for (const file of await filesBelow(repositories.damaged)) if (/segment-/.test(file)) await truncate(file, 10);
  const run: Scene['run'] = async ({ command, options, dbname, repository, isCancelled }, host) => {
    const path = repository === 'new' ? await mkdtemp(join(folder, 'new-')) : repositories[repository];
    const what = { command, options, repository: path, dbname };
    if (!isCancelled) return start(host, what);
    const end = await start(host, { ...what, cancelAfter: () => someoneWaits(postgres) });
    await postgres.psql('SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted');
    return end;
  };
  const runNames: Scene['runNames'] = async (dbnames, host) => {
    const repository = await mkdtemp(join(folder, 'names-'));
    const common = { options: { verbose: 'true' }, repository };
    const ends = [await start(host, { ...common, command: 'backup', dbname: JSON.stringify(dbnames) })];
    for (const dbname of dbnames.slice(0, -1)) {
      ends.push(await start(host, { ...common, command: 'verify', dbname: JSON.stringify([dbname]) }));
    }
    return ends;
  };
  const stop = async (): Promise<void> => {
    for (const { close } of Object.values(starters)) close?.();
    await postgres.stop('immediate');
    await rm(folder, { recursive: true, force: true });
  };
  return { postgres, folder, run, runNames, stop };
}

/** The files of each host that users copy, beside one bundle. */
async function prepareHosts(folder: string): Promise<Readonly<Record<HostName, Starter>>> {
  const place = { folder, dist: join(folder, 'dist') };
  await buildBundle(join(import.meta.dirname, '../../..'), place.dist);
  const entries: (readonly [HostName, Starter])[] = [];
  for (const name of HOST_NAMES) entries.push([name, await HOSTS[name].prepare(place)]);
  return Object.fromEntries(entries) as Record<HostName, Starter>;
}

async function connection(postgres: Postgres): Promise<Readonly<Record<string, string>>> {
  const passphrase = 'sesame';
  const { publicKey, privateKey } = await generateKeyPair({ passphrase, now: Date.now() });
  return {
    ...{ host: postgres.host, port: String(postgres.port), user: postgres.user, password: postgres.password },
    ...{ 'pg-bin-dir': postgres.binDir, 'private-key-passphrase': passphrase },
    // a field of TeamCity has one line
    ...{ 'public-key': base64(publicKey), 'private-key': base64(privateKey) },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function someoneWaits(server: Postgres): Promise<void> {
  return server.until('EXISTS (SELECT FROM pg_locks WHERE NOT granted)');
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
