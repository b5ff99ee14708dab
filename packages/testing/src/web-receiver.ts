import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';

/** A request as it came. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebReceiver {
  readonly port: number;
  readonly received: Received[];
  /** The targets of CONNECT, which is refused. */
  readonly tunnels: string[];
  stop(): Promise<void>;
}

interface WebReceiverRequest {
  /** Undefined: HTTP. */
  readonly certificate?: Certificate;
  /** Default: 200. */
  readonly answer?: (response: ServerResponse, request: Received, count: number) => void;
}

/** A web server that keeps what it gets. */
export async function startWebReceiver({ certificate, answer = ok }: WebReceiverRequest = {}): Promise<WebReceiver> {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString('utf8') };
      received.push(one);
      answer(response, one, received.length);
    });
  };
  const tunnels: string[] = [];
  const server = certificate === undefined ? createHttp(listener) : createHttps(certificate, listener);
  server.on('connect', ({ url = '' }, socket) => {
    tunnels.push(url);
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    tunnels,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function ok(response: ServerResponse): void {
  response.writeHead(200).end('ok');
}
