import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dropDatabase } from './postgres-left-over.ts';

interface Server {
  readonly dataDir: string;
  psql(sql: string): Promise<string>;
}

const running = new Set<Server>();
let before: ReadonlyMap<Server, ReadonlySet<string>> = new Map();

export function serverStarted(server: Server): void {
  running.add(server);
}

export function serverStopped(server: Server): void {
  running.delete(server);
}

/**
 * To be called before each try of a test, first or not: a retry runs in the same servers, so the databases that the
 * try before left, by whatever way it made them, are dropped. Reads folders only where there is no retry. A try that
 * dropped a database which was there before, and perhaps made it again, is left alone: names are not known here.
 */
export async function beginTry({ isRetry }: { readonly isRetry: boolean }): Promise<void> {
  if (!isRetry) before = new Map([...running].map((server) => [server, databasesOf(server)]));
  else for (const server of running) await dropNew(server);
}

async function dropNew(server: Server): Promise<void> {
  const known = before.get(server);
  const now = databasesOf(server);
  const made = [...now].filter((oid) => known?.has(oid) === false);
  if (made.length === 0 || now.size - made.length < (known?.size ?? 0)) return;
  const names = await server.psql(`SELECT datname FROM pg_database WHERE oid IN (${made.join(', ')})`);
  for (const name of names.split('\n').filter((line) => line !== '')) await server.psql(dropDatabase(name));
}

/** By oid; those in another tablespace are not seen. */
function databasesOf({ dataDir }: Server): ReadonlySet<string> {
  try {
    return new Set(readdirSync(join(dataDir, 'base')).filter((name) => /^\d+$/.test(name)));
  } catch {
    return new Set();
  }
}
