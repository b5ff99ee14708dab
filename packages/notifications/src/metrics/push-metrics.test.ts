import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:net';
import { startWebReceiver, type WebReceiver } from '@postgres-backuper/testing';
import { afterEach, expect, test } from 'vitest';
import type { SendServices } from '../retries.ts';
import { type Gateway, parseGateway } from './gateway.ts';
import { type Push, pushMetrics } from './push-metrics.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined };
const PUSHES: readonly Push[] = ['a', 'b/c', ''].map((name) => ({
  method: 'PUT',
  labels: [['name', name]],
  text: 'x\n',
}));
/** For servers that never answer. */
const SHORT = { attemptMs: 200, totalMs: 1000 };

async function receiver(answer?: (response: ServerResponse, count: number) => void): Promise<WebReceiver> {
  const server = await startWebReceiver(answer && { answer: (response, _, count) => answer(response, count) });
  stops.push(() => server.stop());
  return server;
}

function push(port: number, services: Partial<SendServices> = {}, pushes = PUSHES) {
  const gateway = parseGateway(`http://u:s3cret@127.0.0.1:${port}/s3cret`) as Gateway;
  return pushMetrics(pushes, gateway, { clock, environment: {}, ...services });
}

test('each group is put under its own key, with the login', async () => {
  const { port, received } = await receiver();
  expect(await push(port)).toBeUndefined();
  expect(received.map(({ url }) => url.replace('/s3cret/metrics/job/postgres_backup', '')).sort()).toEqual([
    '/name/a',
    '/name@base64/=',
    '/name@base64/Yi9j',
  ]);
  expect(received[0]).toMatchObject({
    ...{ method: 'PUT', body: 'x\n' },
    headers: { authorization: 'Basic dTpzM2NyZXQ=', 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  });
});

test('groups that are refused do not stop the others; a server that takes none gets no more', async () => {
  const many = Array.from({ length: 40 }, (): Push => ({ method: 'POST', labels: [], text: '' }));
  const refusing = await receiver((response) => response.writeHead(400).end());
  expect(await push(refusing.port, {}, many)).toMatchObject({ hint: expect.stringContaining('another type') });
  expect(refusing.received).toHaveLength(40);
  const closed = await receiver((response) => response.writeHead(401).end());
  expect(await push(closed.port, {}, many)).toMatchObject({ hint: expect.stringContaining('password') });
  expect(closed.received.length).toBeLessThan(20);
});

test('an error that may pass is tried again', async () => {
  const { port, received } = await receiver((response, count) => response.writeHead(count < 3 ? 503 : 202).end());
  expect(await push(port, {}, PUSHES.slice(0, 1))).toBeUndefined();
  expect(received).toHaveLength(3);
});

test('a redirect is not followed', async () => {
  const other = await receiver();
  const location = `http://127.0.0.1:${other.port}/`;
  for (const status of [301, 302, 307, 308]) {
    const { port } = await receiver((response) => response.writeHead(status, { location }).end());
    expect(await push(port)).toMatchObject({ why: `the server answered ${status}` });
  }
  expect(other.received).toEqual([]);
});

/** What a socket does with a request. */
const HOSTILE: Readonly<Record<string, (socket: import('node:net').Socket) => unknown>> = {
  'never answers': () => undefined,
  'cuts the connection': (socket) => socket.destroy(),
  'speaks something else': (socket) => socket.write('220 mail.example ESMTP s3cret\r\n'),
  'sends headers without end': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const more = setInterval(() => socket.write(`x: ${'s3cret'.repeat(500)}\r\n`), 1);
    socket.on('close', () => clearInterval(more));
  },
  'repeats the secret': (socket) => socket.end('HTTP/1.1 401 s3cret\r\nwww-authenticate: s3cret\r\n\r\ns3cret'),
};

test.each(Object.entries(HOSTILE))('a server that %s ends in time, and no secret is said', async (_, act) => {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => act(socket));
    stops.push(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  stops.push(() => server.close());
  const begun = performance.now();
  const problem = await push((server.address() as { port: number }).port, { limits: SHORT });
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(problem).toBeDefined();
  expect(JSON.stringify(problem)).not.toContain('s3cret');
});

test('a signal ends it at once', async () => {
  const { port } = await receiver(() => undefined);
  const problem = await push(port, { signal: AbortSignal.timeout(100) });
  expect(problem).toMatchObject({ why: 'the server did not answer in time' });
});
