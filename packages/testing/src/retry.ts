import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dropDatabase, dropRole } from './postgres-left-over.ts';

interface Server {
  readonly dataDir: string;
  psql(sql: string): Promise<string>;
}

const running = new Set<Server>();
let before: ReadonlyMap<Server, ReadonlySet<string>> = new Map();
/** Names that a try gave to roles. */
const roles = new Map<Server, Set<string>>();

export function serverStarted(server: Server): void {
  running.add(server);
}

export function serverStopped(server: Server): void {
  running.delete(server);
}

/** Notes the roles that these statements make. */
export function noteRoles(server: Server, sql: string): void {
  const made = sql.matchAll(/\bCREATE (?:ROLE|USER) (?!MAPPING\b)(?:"((?:[^"]|"")+)"|(\w+))/gi);
  const names = [...made].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.toLowerCase());
  roles.set(server, new Set([...(roles.get(server) ?? []), ...names]));
}

/**
 * To be called before each try of a test. A retry runs on the same servers, so all databases that the try before left
 * are dropped, and the roles that it named; a first try only reads folders. Nothing is dropped after a try that dropped an
 * older database: it may have made it again, and names are not known here.
 */
export async function beginTry({ isRetry }: { readonly isRetry: boolean }): Promise<void> {
  if (isRetry) for (const server of running) await dropNew(server);
  else before = new Map([...running].map((server) => [server, databasesOf(server)]));
  roles.clear();
}

async function dropNew(server: Server): Promise<void> {
  const known = before.get(server);
  const now = databasesOf(server);
  const made = [...now].filter((oid) => known?.has(oid) === false);
  if (now.size - made.length < (known?.size ?? 0)) return;
  const names = made.length === 0 ? '' : await server.psql(namesOf(made));
  for (const name of names.split('\n').filter((line) => line !== '')) await server.psql(dropDatabase(name));
  // a name that this session cannot say is left
  for (const name of roles.get(server) ?? []) await dropRole(name, server.psql).catch(() => undefined);
}

function namesOf(oids: readonly string[]): string {
  return `SELECT datname FROM pg_database WHERE oid IN (${oids.join(', ')})`;
}

/** By oid; those in another tablespace are not seen. */
function databasesOf({ dataDir }: Server): ReadonlySet<string> {
  try {
    return new Set(readdirSync(join(dataDir, 'base')).filter((name) => /^\d+$/.test(name)));
  } catch {
    return new Set();
  }
}
