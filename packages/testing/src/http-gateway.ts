import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * 500, 503: answers with this status as S3 does, and does nothing. 502: the same with an HTML page, as other gateways
 * do. `swallows`: answers success and does nothing. `loses`: does it and cuts the connection instead of an answer.
 * `truncates`: cuts the connection in the middle of the answer's body. `shortens`: answers half of the body as if it
 * were all. `alters`: flips a bit of the answer's body. `alters what is sent`: flips a bit of the request's body.
 * `holds`: passes it on when the next fault is set, unless the client has ended.
 */
export type Misdeed =
  | 500
  | 502
  | 503
  | 'swallows'
  | 'loses'
  | 'truncates'
  | 'shortens'
  | 'alters'
  | 'holds'
  | 'alters what is sent';

export interface HttpFault {
  /** Requests, as `<method> <path and query>`. */
  readonly on: RegExp;
  readonly does: Misdeed;
  /** How many requests it hits; all by default. */
  readonly times?: number;
}

export interface HttpGateway {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Requests hit by a fault since the last `set`. */
  readonly hits: number;
  /** The fault of requests from now on; undefined: none. */
  set(fault: HttpFault | undefined): void;
  stop(): Promise<void>;
}

interface State {
  fault: HttpFault | undefined;
  hits: number;
  /** Is resolved when another fault is set. */
  over: PromiseWithResolvers<void>;
}

interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Passes requests on to an S3 server of this machine, one whole message at a time, with faults that can be switched. */
export async function startHttpGateway(target: string, fault?: HttpFault): Promise<HttpGateway> {
  const state: State = { fault, hits: 0, over: Promise.withResolvers() };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { target, state }).catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get hits() {
      return state.hits;
    },
    set(next) {
      state.over.resolve();
      Object.assign(state, { fault: next, hits: 0, over: Promise.withResolvers() });
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      state.over.resolve();
      await closed;
    },
  };
}

interface Gateway {
  readonly target: string;
  readonly state: State;
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, { target, state }: Gateway): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  const message: Message = { method, url, headers, body: await bodyOf(incoming) };
  const does = misdeedFor(`${method} ${url}`, state);
  if (typeof does === 'number') return send(outgoing, refusal(does));
  if (does === 'holds') await state.over.promise;
  if (does === 'holds' && incoming.socket.destroyed) return;
  if (does === 'swallows') return send(outgoing, lie(message));
  const sent = does === 'alters what is sent' ? { ...message, body: flipped(message.body) } : message;
  const { status, headers: given, body } = await passOn(sent, target);
  if (does === 'loses') return void incoming.socket.destroy();
  if (does === 'alters') return send(outgoing, { status, headers: given, body: flipped(body) });
  const half = body.subarray(0, body.length >> 1);
  if (does === 'shortens') return send(outgoing, { status, headers: { ...given, ...lengthOf(half) }, body: half });
  if (does !== 'truncates') return send(outgoing, { status, headers: given, body });
  outgoing.writeHead(status, given).write(half, () => incoming.socket.destroy());
}

function misdeedFor(line: string, state: State): Misdeed | undefined {
  const { fault } = state;
  if (fault === undefined || state.hits >= (fault.times ?? Number.POSITIVE_INFINITY) || !fault.on.test(line)) return;
  state.hits += 1;
  return fault.does;
}

async function bodyOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, headers).end(body);
}

function refusal(status: 500 | 502 | 503): Answer {
  const code = status === 500 ? 'InternalError' : 'SlowDown';
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>not now</Message></Error>`;
  const body = Buffer.from(status === 502 ? '<html><h1>Bad Gateway</h1></html>' : xml);
  const type = status === 502 ? 'text/html' : 'application/xml';
  return { status, headers: { 'content-type': type, ...lengthOf(body) }, body };
}

/** What the server answers to success: an object stored, one deleted, several deleted. */
function lie({ method, body }: Message): Answer {
  const text = '<?xml version="1.0"?><DeleteResult/>';
  const done = Buffer.from(method === 'POST' ? text : '');
  const etag = method === 'PUT' ? { etag: `"${createHash('md5').update(body).digest('hex')}"` } : {};
  return { status: method === 'DELETE' ? 204 : 200, headers: { ...etag, ...lengthOf(done) }, body: done };
}

function lengthOf(body: Buffer): IncomingHttpHeaders {
  return { 'content-length': String(body.length) };
}

function flipped(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  const middle = body.length >> 1;
  if (body.length > 0) changed[middle] = (changed[middle] as number) ^ 1;
  return changed;
}

async function passOn({ method, url, headers, body }: Message, target: string): Promise<Answer> {
  const { hostname, port } = new URL(target);
  const { expect: _waited, ...rest } = headers; // the body is here already
  const onward = request({ hostname, port, method, path: url, headers: rest });
  onward.end(body);
  const [incoming] = (await once(onward, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode ?? 500, headers: incoming.headers, body: await bodyOf(incoming) };
}
