import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { startWebReceiver, type WebReceiver } from '@postgres-backuper/testing';
import { afterEach, expect, test } from 'vitest';
import { hostileMessage, httpTarget } from './message.test-data.ts';
import { parseTarget } from './parse-target.ts';
import type { SendServices } from './retries.ts';
import { sendMessage, sendStart } from './send.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Waits of the retries, milliseconds. */
const slept: number[] = [];
const clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: async (delayMs: number) => {
    slept.push(delayMs);
  },
};
const LIMITS = { attemptMs: 10_000, totalMs: 15_000 };
/** For servers that never answer. */
const SHORT = { attemptMs: 200, totalMs: 2000 };

async function receiver(answer?: (response: ServerResponse, count: number) => void): Promise<WebReceiver> {
  const server = await startWebReceiver(answer && { answer: (response, _, count) => answer(response, count) });
  stops.push(() => server.stop());
  return server;
}

/** Sends to the port with short limits. */
async function send(port: number, services: Partial<SendServices> = {}) {
  slept.length = 0;
  const target = httpTarget(`webhook+http://127.0.0.1:${port}/hook#key`);
  const [sent] = await sendMessage(hostileMessage(), [target], { clock, environment: {}, limits: LIMITS, ...services });
  return sent?.problem?.why;
}

test('a message arrives once, whole', async () => {
  const { port, received } = await receiver();
  expect(await send(port)).toBeUndefined();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    ...{ method: 'POST', url: '/hook' },
    headers: {
      ...{ 'user-agent': 'postgres-backuper', 'content-type': 'application/json; charset=utf-8' },
      ...{ host: `127.0.0.1:${port}`, 'content-length': String(Buffer.byteLength(received[0]!.body)) },
    },
  });
  expect(JSON.parse(received[0]!.body)).toMatchObject({ version: 1, event: 'failure' });
});

test.each([500, 503, 429, 408])('%i is tried again', async (status) => {
  const { port, received } = await receiver((response, count) => response.writeHead(count < 3 ? status : 204).end());
  expect(await send(port)).toBeUndefined();
  expect(received).toHaveLength(3);
  expect(slept).toEqual([1000, 4000]);
});

test('three attempts are enough, and the service says when the next one may come', async () => {
  const { port, received } = await receiver((response) => response.writeHead(429, { 'retry-after': '7' }).end());
  expect(await send(port)).toBe('the server answered 429');
  expect(received).toHaveLength(3);
  expect(slept).toEqual([7000, 7000]);
});

test.each([400, 401, 403, 404, 410, 413])('%i is final', async (status) => {
  const { port, received } = await receiver((response) => response.writeHead(status).end('token SECRET'));
  expect(await send(port)).toBe(`the server answered ${status}`);
  expect(received).toHaveLength(1);
});

test.each([301, 302, 303, 307, 308])('a redirect by %i goes nowhere', async (status) => {
  const other = await receiver();
  const location = `http://127.0.0.1:${other.port}/`;
  const { port } = await receiver((response) => response.writeHead(status, { location }).end());
  expect(await send(port)).toBe(`the server answered ${status}`);
  expect(other.received).toEqual([]);
});

test('a body without an end is not waited for', async () => {
  let close = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const { port } = await receiver((response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(100_000)), 1);
    response.on('close', () => {
      clearInterval(timer);
      close();
    });
  });
  expect(await send(port)).toBeUndefined();
  await closed;
});

test('headers without an end are refused', async () => {
  const port = await rawServer((write) => {
    write('HTTP/1.1 200 OK\r\n');
    for (let index = 0; index < 1000; index += 1) write(`X-${index}: ${'x'.repeat(1000)}\r\n`);
  });
  expect(await send(port)).toBe('the headers of the answer are too large');
});

test.each([
  ['no answer', () => undefined],
  ['a header that comes slowly', (write: (text: string) => void) => write('HTTP/1.1 200 OK\r\nX-a: ')],
])('%s is waited for as long as the limit', async (_, answer) => {
  const port = await rawServer(answer);
  const begun = performance.now();
  expect(await send(port, { limits: SHORT })).toBe('the server did not answer in time');
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(slept.length).toBeGreaterThan(0);
});

test('what is no HTTP, a closed connection, a closed port', async () => {
  expect(await send(await rawServer((write) => write('220 mail ESMTP\r\n')))).toMatch(
    /^the server could not be reached/,
  );
  expect(await send(await rawServer((_, end) => end()))).toBe('the server could not be reached (ECONNRESET)');
  const { port, stop } = await startWebReceiver();
  await stop();
  expect(await send(port)).toBe('the server could not be reached (ECONNREFUSED)');
});

test('a port without TLS', async () => {
  const { port } = await receiver();
  expect(await problemOf(`webhook+https://127.0.0.1:${port}/`)).toMatch(/^the server speaks no TLS here/);
  expect(await problemOf(`smtps://127.0.0.1:${port}/?to=a@b.example`)).toMatch(/^the server speaks no TLS here/);
});

test.each([
  ['is silent', () => undefined, /^the server did not answer in time$/],
  [
    'is a web server',
    (write: Write) => write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    /^the answer is not that of a mail server$/,
  ],
  [
    'greets without an end',
    (write: Write) => endless(write, `220-${'x'.repeat(60_000)}\r\n`),
    /not that of a mail server$/,
  ],
  ['writes a line without an end', (write: Write) => endless(write, 'x'.repeat(60_000)), /not that of a mail server$/],
] as const)('a mail server that %s', async (_, answer, why) => {
  const port = await rawServer(answer, 'connect');
  expect(
    await problemOf(`smtp://127.0.0.1:${port}/?tls=off&to=a@b.example`, { attemptMs: 3000, totalMs: 3000 }),
  ).toMatch(why);
});

type Write = (text: string) => void;

function endless(write: Write, text: string): void {
  for (let index = 0; index < 100; index += 1) write(text); // 6 MB: six times what is read of an answer
}

async function problemOf(url: string, limits = LIMITS): Promise<string | undefined> {
  const target = parseTarget(url);
  if ('problem' in target) throw new Error(target.problem);
  const [sent] = await sendMessage(hostileMessage(), [target], { clock, environment: {}, limits });
  return sent?.problem?.why;
}

test('all are sent to at once, and one that fails keeps no other one', async () => {
  const silent = await rawServer(() => undefined);
  const good = await receiver();
  const targets = [silent, good.port].map((port) => httpTarget(`slack+http://127.0.0.1:${port}/x`));
  const sent = await sendMessage(hostileMessage(), targets, {
    clock,
    environment: {},
    limits: { attemptMs: 3000, totalMs: 3000 },
  });
  expect(sent).toEqual([
    {
      target: `Slack at 127.0.0.1:${silent}`,
      problem: { why: 'the server did not answer in time', isTemporary: expect.any(Boolean) },
    },
    { target: `Slack at 127.0.0.1:${good.port}` },
  ]);
});

test('a signal ends the sending', async () => {
  const port = await rawServer(() => undefined);
  const begun = performance.now();
  const limits = { attemptMs: 10_000, totalMs: 10_000 };
  expect(await send(port, { signal: AbortSignal.timeout(50), limits })).toBe('the server did not answer in time');
  expect(performance.now() - begun).toBeLessThan(8000);
});

test('a start goes to heartbeats alone', async () => {
  const { port, received } = await receiver();
  const targets = ['heartbeat', 'slack'].map((kind) => httpTarget(`${kind}+http://127.0.0.1:${port}/${kind}`));
  await sendStart(targets, { clock, environment: {}, limits: LIMITS });
  expect(received.map(({ url }) => url)).toEqual(['/heartbeat/start']);
});

/** Answers each request, or each connection, with these bytes. */
async function rawServer(
  answer: (write: Write, end: () => void) => void,
  on: 'data' | 'connect' = 'data',
): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    stops.push(() => socket.destroy());
    const reply = () =>
      answer(
        (text) => socket.write(text),
        () => socket.destroy(),
      );
    if (on === 'data') socket.once('data', reply);
    else reply();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
