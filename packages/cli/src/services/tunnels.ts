import { openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import type { AnySettings, Environment } from '@postgres-backuper/options';
import type { TunnelPlace } from '@postgres-backuper/postgres';
import { commandEnvironment } from './command-environment.ts';
import type { Variables } from './database-url.ts';
import { startTunnel, type Tunnel, tunnelError } from './start-tunnel.ts';
import { tunnelRoute } from './tunnel-route.ts';

/** Another program may take the port before ssh does. */
const ATTEMPTS = 3;
/** Errors of a command whose connections broke. */
const BROKEN = [
  ...(['program-failed', 'dump-failed', 'dump-incomplete', 'statement-failed', 'connection-failed'] as const),
  ...(['server-unreachable', 'server-unavailable', 'restore-failed', 'restore-incomplete', 'rows-missing'] as const),
  ...(['check-failed', 'transaction-conflict'] as const),
];

/** What a command has open. */
const open = { stop: new AbortController(), tunnels: new Set<Tunnel>(), broken: [] as BackuperError[] };

/** Runs a command, and closes its tunnels at its end. A tunnel that broke is the reason for what failed behind it. */
export async function withTunnels<Result>(use: () => Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    const [reason] = open.broken;
    if (reason === undefined || !isBackuperError(error, ...BROKEN)) throw error;
    const { code, message, hint } = reason;
    throw new BackuperError(code, message, { hint, cause: error, result: error.result });
  } finally {
    const all = [...open.tunnels];
    open.tunnels.clear();
    open.broken.length = 0;
    open.stop.abort(new BackuperError('cancelled', 'the command ended'));
    open.stop = new AbortController();
    await Promise.all(all.map((tunnel) => tunnel.close()));
  }
}

export interface TunnelOwner {
  readonly settings: AnySettings;
  readonly environment: Environment;
  /** The variables of the client programs. */
  readonly server: Variables;
}

/**
 * A function that gives the end of the tunnel of --ssh-tunnel on this machine, and opens it where it is not open; undefined
 * without that option. It stays open to the end of the command, also of a cancelled one, which cleans up through it.
 */
export function tunnelSource(
  { settings, environment, server }: TunnelOwner,
  context: Pick<Context, 'clock' | 'emit' | 'tempDir'>,
): (() => Promise<TunnelPlace>) | undefined {
  const { sshTunnel, sshKey, sshKnownHosts } = settings;
  if (sshTunnel === undefined) return undefined;
  const route = tunnelRoute(sshTunnel, server);
  if ('problem' in route) return undefined; // createServer refuses it
  const keyFile = sshKey === undefined ? undefined : secretFile(sshKey.reveal(), join(context.tempDir, 'ssh-key'));
  const knownHostsFile = sshKnownHosts === undefined ? undefined : hostsFile(sshKnownHosts, context.tempDir);
  const request = { ...route, env: commandEnvironment(environment), keyFile, knownHostsFile };
  let current: Promise<Tunnel> | undefined;
  const forget = (): void => {
    current = undefined;
  };
  return async () => {
    current ??= openOne(request, context);
    current.then(({ ended }) => ended.then(forget), forget);
    return (await current).place;
  };
}

type Request = Omit<Parameters<typeof startTunnel>[0], 'localPort'>;

async function openOne(
  request: Request,
  { clock, emit }: Pick<Context, 'clock' | 'emit'>,
  attempt = 1,
): Promise<Tunnel> {
  const { signal } = open.stop;
  try {
    const tunnel = await startTunnel({ ...request, localPort: await freePort() }, { clock, signal });
    open.tunnels.add(tunnel);
    void tunnel.ended.then((end) => {
      if (!open.tunnels.delete(tunnel)) return; // closed by us
      const error = tunnelError(request.gateway, end);
      open.broken.push(error);
      emit({ type: 'warning', text: error.message, hint: error.hint });
    });
    emit({ type: 'detail', text: `the SSH tunnel through '${request.gateway}' is open` });
    return tunnel;
  } catch (error) {
    const isTaken = isBackuperError(error, 'tunnel-failed') && /forward|address already in use/i.test(error.message);
    if (!isTaken || attempt >= ATTEMPTS) throw error;
    return openOne(request, { clock, emit }, attempt + 1);
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Has no name on disk, so that it is gone even after a SIGKILL. It stays open. */
function secretFile(text: string, path: string): string {
  const fd = openSync(path, 'wx', 0o600);
  unlinkSync(path);
  writeSync(fd, text.endsWith('\n') ? text : `${text}\n`); // ssh refuses a key without it
  return `/proc/${process.pid}/fd/${fd}`;
}

/** A path, or the lines themselves. */
function hostsFile(given: string, tempDir: string): string {
  if (!/\s(ssh|ecdsa|sk)-\S+\s/.test(given)) return given;
  const path = join(tempDir, 'ssh-known-hosts');
  writeFileSync(path, `${given.trim()}\n`, { mode: 0o600 });
  return path;
}
