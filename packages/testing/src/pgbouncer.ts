import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Postgres } from './postgres.ts';
import { startService } from './service.ts';

export interface PgBouncerRequest {
  readonly server: Postgres;
  readonly poolMode: 'session' | 'transaction' | 'statement';
  /** Server connections per database; default 20. */
  readonly poolSize?: number;
}

export interface PgBouncer {
  readonly port: number;
  /** Environment of a client program that connects through the pooler, as the server's superuser. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Where Debian puts it; undefined where it is not installed (apt-get install pgbouncer). */
export function pgbouncerProgram(): string | undefined {
  return ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((file) => existsSync(file));
}

/** Starts PgBouncer on a free loopback port in front of a server. */
export async function startPgBouncer(request: PgBouncerRequest): Promise<PgBouncer> {
  const program = pgbouncerProgram();
  if (program === undefined) throw new Error('pgbouncer is not installed');
  const port = await freePort();
  const service = await startService({
    name: 'pgbouncer',
    program,
    args: async (dir) => {
      await chmod(dir, 0o755); // it gives up root's rights
      await writeFile(join(dir, 'pgbouncer.ini'), configuration(request, port));
      return [...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), join(dir, 'pgbouncer.ini')];
    },
    isReady: () => answers(port),
  });
  return { port, env: { ...request.server.env, PGPORT: String(port) }, stop: service.stop };
}

function configuration({ server, poolMode, poolSize = 20 }: PgBouncerRequest, port: number): string {
  return `[databases]
* = host=127.0.0.1 port=${server.port} user=${server.user} password='${server.password}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolSize}
ignore_startup_parameters = extra_float_digits,options
`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
