import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Requests by what they cost and ask for. */
export interface Requests {
  /** Listings of objects, a page each. */
  readonly lists: number;
  /** Listings of folders, a page each. */
  readonly folders: number;
  readonly gets: number;
  /** Anything that writes, and whatever else there is. */
  readonly others: number;
}

export interface RequestCounter {
  readonly endpoint: string;
  /** What was counted since the last call. */
  take(): Requests;
  stop(): void;
}

/** Passes requests on to an S3 server and counts them; the signature covers the Host header, which stays as it was. */
export async function startRequestCounter(target: string): Promise<RequestCounter> {
  const { hostname, port } = new URL(target);
  let counted = { lists: 0, folders: 0, gets: 0, others: 0 };
  const server = createServer((incoming, outgoing) => {
    counted[kindOf(incoming)] += 1;
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take: () => {
      const taken = counted;
      counted = { lists: 0, folders: 0, gets: 0, others: 0 };
      return taken;
    },
    stop: () => void server.close(),
  };
}

function kindOf({ method, url = '' }: IncomingMessage): keyof Requests {
  const { searchParams } = new URL(url, 'http://any');
  if (method !== 'GET') return 'others';
  if (searchParams.get('list-type') !== '2') return 'gets';
  return searchParams.has('delimiter') ? 'folders' : 'lists';
}
