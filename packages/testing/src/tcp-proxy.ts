import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does to the bytes that the server sends; read anew for each chunk. */
export interface Toxic {
  /** Resets a connection as soon as it is made. */
  readonly reset?: boolean;
  /** Resets a connection after this many bytes from the server. */
  readonly cutAfterBytes?: number;
  /** Resets a connection after this many bytes from the client. */
  readonly cutAfterBytesSent?: number;
  /** Receives bytes and forwards none, in both directions; connections stay open. */
  readonly blackHole?: boolean;
  /** The same after this many forwarded bytes of a connection, both directions together. */
  readonly blackHoleAfterBytes?: number;
  /** Waits before each chunk, milliseconds. */
  readonly delayMs?: number;
  /** Each chunk waits for it. It must not reject. */
  readonly holdUntil?: Promise<unknown>;
  /** Hits at most this many connections, counted from those made after it was set. */
  readonly connections?: number;
}

export interface TcpProxy {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections made until now. */
  readonly connections: number;
  /** The most bytes forwarded on one connection since the last `set`. */
  readonly most: { readonly fromServer: number; readonly toServer: number };
  /** The faults from now on, also of open connections; `{}`: none. */
  set(toxic: Toxic): void;
  /** Resets all open connections; new ones are accepted. */
  cut(): void;
  stop(): Promise<void>;
}

/** A TCP proxy on a free loopback port in front of a service, with faults that can be switched on and off. */
export async function startTcpProxy(target: { readonly port: number }, toxic: Toxic = {}): Promise<TcpProxy> {
  const state: State = { toxic, setAt: 0, connections: 0, most: { fromServer: 0, toServer: 0 }, open: new Set() };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const number = state.connections;
    state.connections += 1;
    if (toxicOf(state, number).reset === true) return void client.resetAndDestroy();
    const upstream = connect({ host: '127.0.0.1', port: target.port, allowHalfOpen: true });
    join(client, upstream, { state, number, passed: { fromServer: 0, toServer: 0 } });
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
    get most() {
      return { ...state.most };
    },
    set: (next) =>
      Object.assign(state, { toxic: next, setAt: state.connections, most: { fromServer: 0, toServer: 0 } }),
    cut,
    stop: () => stopServer(server, cut),
  };
}

interface State {
  toxic: Toxic;
  /** The number of connections when it was set. */
  setAt: number;
  connections: number;
  readonly most: Passed;
  readonly open: Set<Socket>;
}

interface Passed {
  fromServer: number;
  toServer: number;
}

interface Connection {
  readonly state: State;
  readonly number: number;
  readonly passed: Passed;
}

/** The faults that a connection has now. */
function toxicOf({ toxic, setAt }: State, number: number): Toxic {
  return number < setAt + (toxic.connections ?? Number.POSITIVE_INFINITY) ? toxic : {};
}

function join(client: Socket, upstream: Socket, connection: Connection): void {
  const { open } = connection.state;
  const both = [client, upstream];
  const reset = () => {
    for (const socket of both) if (!socket.destroyed) socket.resetAndDestroy();
  };
  for (const socket of both) {
    open.add(socket);
    socket.on('error', reset);
    socket.on('close', () => open.delete(socket));
  }
  void pass({ from: client, to: upstream, way: 'toServer' }, connection, reset).catch(reset);
  void pass({ from: upstream, to: client, way: 'fromServer' }, connection, reset).catch(reset);
}

interface Pass {
  readonly from: Socket;
  readonly to: Socket;
  readonly way: keyof Passed;
}

async function pass({ from, to, way }: Pass, connection: Connection, reset: () => void): Promise<void> {
  const { state, number, passed } = connection;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    const toxic = toxicOf(state, number);
    const { blackHole, blackHoleAfterBytes = Number.POSITIVE_INFINITY, delayMs } = toxic;
    if (delayMs !== undefined) await sleep(delayMs);
    await toxic.holdUntil;
    if (blackHole === true || passed.fromServer + passed.toServer >= blackHoleAfterBytes) continue;
    const limit = way === 'fromServer' ? toxic.cutAfterBytes : toxic.cutAfterBytesSent;
    const left = (limit ?? Number.POSITIVE_INFINITY) - passed[way];
    passed[way] += chunk.length;
    state.most[way] = Math.max(state.most[way], passed[way]);
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
