import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does to the bytes that the server sends; read anew for each chunk. */
export interface Toxic {
  /** Resets a connection after this many bytes from the server. */
  readonly cutAfterBytes?: number;
  /** Takes bytes and passes none on, in both directions; connections stay open. */
  readonly blackHole?: boolean;
  /** Waits before each chunk, milliseconds. */
  readonly delayMs?: number;
}

export interface TcpProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections that were made so far. */
  readonly connections: number;
  /** From now on, also for connections that are open; `{}` heals. */
  set(toxic: Toxic): void;
  /** Resets all open connections; new ones are accepted. */
  cut(): void;
  stop(): Promise<void>;
}

/** A TCP proxy on a free loopback port in front of a service, with faults that can be switched on and off. */
export async function startTcpProxy(target: { readonly port: number }, toxic: Toxic = {}): Promise<TcpProxy> {
  const state = { toxic, connections: 0, open: new Set<Socket>() };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    state.connections += 1;
    const upstream = connect({ host: '127.0.0.1', port: target.port, allowHalfOpen: true });
    join(client, upstream, state);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of state.open) socket.resetAndDestroy();
  };
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return state.connections;
    },
    set: (next) => {
      state.toxic = next;
    },
    cut,
    stop: () => stopServer(server, cut),
  };
}

interface State {
  readonly toxic: Toxic;
  readonly open: Set<Socket>;
}

function join(client: Socket, upstream: Socket, state: State): void {
  const both = [client, upstream];
  const reset = () => {
    for (const socket of both) if (!socket.destroyed) socket.resetAndDestroy();
  };
  for (const socket of both) {
    state.open.add(socket);
    socket.on('error', reset);
    socket.on('close', () => state.open.delete(socket));
  }
  void pass(client, upstream, state, reset).catch(reset);
  void pass(upstream, client, state, reset, true).catch(reset);
}

async function pass(from: Socket, to: Socket, state: State, reset: () => void, isAnswer = false): Promise<void> {
  let passed = 0;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    const { cutAfterBytes, blackHole, delayMs } = state.toxic;
    if (delayMs !== undefined) await sleep(delayMs);
    if (blackHole === true) continue;
    const left = isAnswer && cutAfterBytes !== undefined ? cutAfterBytes - passed : Number.POSITIVE_INFINITY;
    passed += chunk.length;
    if (left < chunk.length) return cutAt(to, chunk.subarray(0, Math.max(left, 0)), reset);
    if (!to.write(chunk)) await once(to, 'drain');
  }
  to.end();
}

/** What was sent before a reset must have left, or the peer may lose it too. */
function cutAt(to: Socket, last: Buffer, reset: () => void): void {
  to.write(last, () => setTimeout(reset, 20));
}

async function stopServer(server: Server, cut: () => void): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  cut();
  await closed;
}
