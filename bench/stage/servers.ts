import { totalmem } from 'node:os';
import { type Major, type Postgres, run, startPostgres } from '@postgres-backuper/testing';
import type { BenchDatabase, Group } from '../cases/case.ts';
import { createBenchDatabase } from '../database/create-database.ts';
import { createLargeObjectsDatabase } from '../database/large-objects.ts';
import { createTablesDatabase } from '../database/many-tables.ts';
import { createTenantsDatabase } from '../database/tenants.ts';

/** A server with the database of a group. */
export interface BenchServer {
  readonly server: Postgres;
  /** Where the cases restore to, where that is another one. */
  readonly target?: Postgres;
  readonly dbname: string;
  /** COPY text of the tables that the group touches, bytes. */
  readonly rawBytes: number;
}

/** The servers of a run: each major is started once, each database made once. */
export interface BenchServers {
  provide(group: Pick<Group, 'database' | 'major' | 'hasTarget'>, megabytes: number): Promise<BenchServer>;
  stop(): Promise<void>;
}

const MIB = 1024 ** 2;

/** Durable, and large enough that a table is read from memory: 1.6 times the data, at most a quarter of the machine. */
export function serverSettings(megabytes: number): Record<string, string> {
  const buffers = Math.min(Math.max(256, Math.ceil(megabytes * 1.6)), Math.floor(totalmem() / MIB / 4));
  return {
    fsync: 'on',
    shared_buffers: `${buffers}MB`,
    max_wal_size: '8GB',
    checkpoint_timeout: '30min',
    maintenance_work_mem: '256MB',
    max_locks_per_transaction: '2048',
  };
}

export function createServers(): BenchServers {
  const servers = new Map<Major, Promise<Postgres>>();
  const targets = new Map<Major, Promise<Postgres>>();
  const databases = new Map<string, Promise<void>>();
  const serverOf = (major: Major, megabytes: number): Promise<Postgres> => {
    const server = servers.get(major) ?? startPostgres({ major, settings: serverSettings(megabytes), onDisk: true });
    servers.set(major, server);
    return server;
  };
  return {
    provide: async ({ database, major = 18, hasTarget = false }, megabytes) => {
      const dbname = nameOf(database, megabytes);
      const server = await serverOf(major, megabytes);
      const made = databases.get(`${major}/${dbname}`) ?? make(server, dbname, { database, megabytes });
      databases.set(`${major}/${dbname}`, made);
      await made;
      const rawBytes = await rawBytesOf(server, dbname, database);
      if (!hasTarget) return { server, dbname, rawBytes };
      const target = targets.get(major) ?? startPostgres({ major, settings: { fsync: 'on' }, onDisk: true });
      targets.set(major, target);
      return { server, target: await target, dbname, rawBytes };
    },
    stop: async () => {
      for (const server of [...servers.values(), ...targets.values()]) await (await server).stop();
    },
  };
}

function nameOf(database: BenchDatabase, megabytes: number): string {
  switch (database.kind) {
    case 'tables':
      return `tables_${database.tables}`;
    case 'large-objects':
      return `objects_${database.objects}`;
    case 'tenants':
      return `tenants_${database.tenants}`;
    case 'rows':
      return `bench_${database.megabytes ?? megabytes}`;
  }
}

function make(
  server: Postgres,
  dbname: string,
  { database, megabytes }: { readonly database: BenchDatabase; readonly megabytes: number },
): Promise<void> {
  switch (database.kind) {
    case 'tables':
      return createTablesDatabase(server, { dbname, tables: database.tables });
    case 'large-objects':
      return createLargeObjectsDatabase(server, { dbname, objects: database.objects });
    case 'tenants':
      return createTenantsDatabase(server, { dbname, tenants: database.tenants });
    case 'rows':
      return createBenchDatabase(server, { dbname, megabytes: database.megabytes ?? megabytes });
  }
}

const COUNT_BYTES = `set -e -o pipefail
psql -XqAt -c "SELECT format('COPY %I TO STDOUT;', relname) FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname LIKE '$1'" | psql -XqAt | wc -c`;

/** Of many small objects it is not counted: nothing is said about their bytes. */
async function rawBytesOf(server: Postgres, dbname: string, database: BenchDatabase): Promise<number> {
  if (database.kind !== 'rows') return 0;
  const args = ['-c', COUNT_BYTES, 'bash', database.table ?? '%'];
  return Number(await run('bash', args, { env: { ...server.env, PGDATABASE: dbname } }));
}
