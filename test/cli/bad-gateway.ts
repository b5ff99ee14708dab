import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `swallows`: says that the commit is stored, and stores nothing; `loses`: stores it, and never answers. */
export type Misdeed = 'swallows' | 'loses';

export interface BadGateway {
  readonly endpoint: string;
  stop(): void;
}

/** Passes requests on to an S3 server, but for the PUTs of commits. */
export async function startBadGateway(target: string, misdeed: Misdeed): Promise<BadGateway> {
  const server = createServer((incoming, outgoing) => {
    const isCommit = incoming.method === 'PUT' && /\/backups\/backup_\w+\.json(\?|$)/.test(incoming.url ?? '');
    if (isCommit && misdeed === 'swallows') return swallow(incoming, outgoing);
    return passOn(incoming, { target, outgoing: isCommit ? undefined : outgoing });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function swallow(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const hash = createHash('md5');
  incoming.on('data', (chunk: Buffer) => hash.update(chunk));
  incoming.on('end', () => outgoing.writeHead(200, { ETag: `"${hash.digest('hex')}"` }).end());
}

/** Without `outgoing` the connection is cut when the server has answered. */
function passOn(
  incoming: IncomingMessage,
  { target, outgoing }: { readonly target: string; readonly outgoing: ServerResponse | undefined },
): void {
  const { hostname, port } = new URL(target);
  const { method, url, headers, socket } = incoming;
  const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
    if (outgoing === undefined) {
      answer.resume().on('end', () => socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
}
