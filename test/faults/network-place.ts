import { freePort, type Postgres } from '@postgres-backuper/testing';
import type { End } from '../bad-input/harness.ts';
import { judge } from './network-judge.ts';
import {
  copyTemplate,
  direct,
  type Env,
  labelsOf,
  PATIENCE,
  type Parts,
  run,
  startParts,
  through,
  WORDS,
} from './network-parts.ts';
import type { Command, Row } from './network-table.ts';

/** PostgreSQL and MinIO, each behind what breaks its network, and a repository with two backups for each scenario. */
export interface NetworkPlace {
  readonly server: Postgres;
  /** Runs a command without faults, so that it is known how much it moves. */
  measure(command: Command): Promise<End>;
  /** Runs it in a repository of its own with the fault of a row, and returns what it broke. */
  broken(row: Row, command: Command): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startNetworkPlace(): Promise<NetworkPlace> {
  const parts = await startParts();
  const moved = new Map<string, number>();
  const { server, proxies, gateway, workplace } = parts;
  await checked(run(parts, WORDS.backup, direct(parts, 'template')));
  await checked(run(parts, WORDS.backup, direct(parts, 'template')));
  let rows = 0;
  const fresh = async () => {
    rows += 1;
    await cleanUp(parts);
    await copyTemplate(parts, `row-${rows}`);
    return `row-${rows}`;
  };
  return {
    server,
    async measure(command) {
      heal(parts);
      const end = await run(parts, WORDS[command], { ...direct(parts, await fresh()), ...through(parts) });
      for (const peer of ['PostgreSQL', 'S3'] as const)
        moved.set(`${peer} ${command}`, proxies[peer].most[way(peer, command)]);
      return end;
    },
    async broken(row, command) {
      const prefix = await fresh();
      const { env, args } = await arm(parts, { row, command, moved: moved.get(`${row.peer} ${command}`) ?? 0 });
      const before = await labelsOf(parts, prefix);
      const end = await run(parts, [...WORDS[command], ...args], { ...direct(parts, prefix), ...env });
      const isMissed = 'http' in row.make && gateway.hits === 0;
      heal(parts);
      const found = await judge(parts, { row, prefix, command, end, before });
      if (isMissed) found.push('the fault hit nothing');
      return found.length === 0 ? [] : [...found, end.stderr];
    },
    async stop() {
      const all = [server.stop(), parts.minio.stop(), gateway.stop(), proxies.PostgreSQL.stop(), proxies.S3.stop()];
      await Promise.allSettled([...all, workplace.remove()]);
    },
  };
}

/** The direction in which a command moves the rows. */
function way(peer: Row['peer'], command: Command): 'fromServer' | 'toServer' {
  const isLoad = command === 'restore' || command === 'drill';
  return (peer === 'PostgreSQL' ? isLoad : command === 'backup') ? 'toServer' : 'fromServer';
}

interface Arming {
  readonly row: Row;
  readonly command: Command;
  /** Bytes of the connection that moves most. */
  readonly moved: number;
}

/** Switches the fault on and says what the command needs to meet it. */
async function arm(parts: Parts, { row, command, moved }: Arming): Promise<{ env: Env; args: readonly string[] }> {
  const { peer, make } = row;
  const { proxies, gateway } = parts;
  const to = (port: number): Env =>
    peer === 'S3' ? { MINIO_ENDPOINT: `http://127.0.0.1:${port}` } : { PGPORT: String(port) };
  if ('refused' in make) return { env: to(await freePort()), args: [] };
  // of the two equal tables one connection may have moved both when it was measured, and each moves one now
  const at = { start: 50, middle: moved >> 2, end: moved - 20 };
  if ('http' in make) {
    gateway.set(make.http);
    const patience = make.http.times === undefined ? PATIENCE.short : PATIENCE.long;
    return { env: { MINIO_ENDPOINT: gateway.endpoint, BACKUP_RETRY_FOR: patience }, args: [] };
  }
  const env = to(proxies[peer].port);
  if ('hole' in make) {
    proxies[peer].set({ blackHoleAfterBytes: at[make.hole] });
    return { env, args: ['--stall-timeout', '3s'] };
  }
  const cut = way(peer, command) === 'fromServer' ? 'cutAfterBytes' : 'cutAfterBytesSent';
  proxies[peer].set('cut' in make ? { [cut]: at[make.cut] } : make.tcp);
  const isOnce = 'tcp' in make && make.tcp.connections !== undefined;
  return { env: { ...env, ...(isOnce ? { BACKUP_RETRY_FOR: PATIENCE.long } : {}) }, args: [] };
}

function heal({ proxies, gateway }: Parts): void {
  proxies.PostgreSQL.set({});
  proxies.S3.set({});
  gateway.set(undefined);
}

async function checked(work: Promise<End>): Promise<End> {
  const end = await work;
  if (end.status !== 0) throw new Error(`ended with ${end.status}: ${end.stderr}`);
  return end;
}

/** What the scenario before left: the restored database, and that of a drill that did not reach the server any more. */
async function cleanUp({ server }: Parts): Promise<void> {
  const asked = "SELECT datname FROM pg_database WHERE datname = 'copy' OR datname LIKE 'pgbackuper%'";
  const names = (await server.psql(asked)).split('\n').filter((name) => name !== '');
  for (const name of names) await server.psql(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
}
