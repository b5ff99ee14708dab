import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** What a client sent: a query, or the data behind a COPY FROM STDIN. */
export type Sent = { readonly query: string } | { readonly data: string };

/**
 * A server that answers everything with success, and begins to take data where `isCopy` says so. It writes down what
 * it was sent: where a client cuts its input.
 */
export async function startQueryRecorder(isCopy: (query: string) => boolean) {
  const sessions: Sent[][] = [];
  const server = createServer((socket) => {
    const sent: Sent[] = [];
    sessions.push(sent);
    answer(socket, { sent, isCopy });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    /** What the sessions so far sent, one after another; they are forgotten. */
    take: (): readonly Sent[] => sessions.splice(0).flat(),
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

const READY = message('Z', Buffer.from('I'));

interface Session {
  readonly sent: Sent[];
  readonly isCopy: (query: string) => boolean;
}

function answer(socket: Socket, session: Session): void {
  let bytes = Buffer.alloc(0);
  let isBegun = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (;;) {
      const head = isBegun ? 1 : 0;
      if (bytes.length < head + 4 || bytes.length < head + bytes.readUInt32BE(head)) return;
      const length = head + bytes.readUInt32BE(head);
      const [type, body] = [isBegun ? String.fromCharCode(bytes[0] ?? 0) : '', bytes.subarray(head + 4, length)];
      bytes = bytes.subarray(length);
      if (type !== '') reply(socket, { type, body, ...session });
      else if (body.readUInt32BE(0) === 196_608) {
        isBegun = true;
        socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ...SETTINGS.map(setting), READY]));
      } else socket.write('N'); // encryption: none
    }
  });
}

const SETTINGS = [
  ['server_version', '14.0'],
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
] as const;

function setting([name, value]: readonly [string, string]): Buffer {
  return message('S', Buffer.from(`${name}\0${value}\0`));
}

function reply(socket: Socket, { type, body, sent, isCopy }: Session & { type: string; body: Buffer }): void {
  const done = message('C', Buffer.from('OK\0'));
  if (type === 'Q') {
    const query = body.toString('utf8', 0, body.length - 1);
    sent.push({ query });
    const strings = /^set standard_conforming_strings = (on|off)/i.exec(query)?.[1];
    const parts = strings === undefined ? [] : [setting(['standard_conforming_strings', strings])];
    if (isCopy(query)) socket.write(message('G', Buffer.from([0, 0, 0])));
    else socket.write(Buffer.concat([...parts, done, READY]));
  } else if (type === 'd') {
    const last = sent.at(-1);
    if (last !== undefined && 'data' in last) sent[sent.length - 1] = { data: last.data + body.toString('utf8') };
    else sent.push({ data: body.toString('utf8') });
  } else if (type === 'c' || type === 'f') socket.write(Buffer.concat([done, READY]));
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
