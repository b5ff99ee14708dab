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
 * To be called before each try of a test. A retry runs on the same servers, so all databases that the try before left
 * are dropped; a first try only reads folders. Nothing is dropped after a try that dropped an older database: it may
 * have made it again, and names are not known here.
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
