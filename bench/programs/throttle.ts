/**
 * `node throttle.ts BITS_PER_SECOND HOST PORT PID`: a TCP proxy on a free port of this machine, which it prints. Each direction
 * passes at most this many bits a second, all connections together, as a link of that speed. Ends with process PID.
 */
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What may pass at once, milliseconds of the link. */
const BURST_MS = 5;

const [bits = '', host = '', port = '', pid = ''] = process.argv.slice(2);
const bytesPerMs = Number(bits) / 8 / 1000;
if (!(bytesPerMs > 0 && Number(port) > 0 && Number(pid) > 0)) throw new Error('BITS_PER_SECOND HOST PORT PID');
const [there, back] = [createLink(bytesPerMs), createLink(bytesPerMs)];

const server = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ host, port: Number(port), allowHalfOpen: true });
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true);
    socket.on('error', () => {
      client.destroy();
      upstream.destroy();
    });
  }
  void pass(client, upstream, there).catch(() => undefined);
  void pass(upstream, client, back).catch(() => undefined);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
setInterval(() => existsSync(`/proc/${pid}`) || process.exit(0), 500);

/** Resolves when the bytes have passed a link on which all earlier ones pass before them. */
function createLink(speed: number): (bytes: number) => Promise<void> {
  let freeAt = 0;
  return async (bytes) => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + bytes / speed;
    if (freeAt - now > BURST_MS) await sleep(freeAt - now);
  };
}

async function pass(from: Socket, to: Socket, link: (bytes: number) => Promise<void>): Promise<void> {
  for await (const chunk of from as AsyncIterable<Buffer>) {
    await link(chunk.length);
    if (!to.write(chunk)) await new Promise((done) => to.once('drain', done));
  }
  to.end();
}
