import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificate.ts';

/** A mail as the server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body. */
  readonly source: string;
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
}

export interface MailServer {
  readonly port: number;
  readonly mails: TakenMail[];
  stop(): Promise<void>;
}

interface MailServerRequest {
  /** TLS from the first byte, offered by STARTTLS, or not at all. */
  readonly encryption: 'tls' | 'starttls' | 'off';
  readonly certificate: Certificate;
  /** Undefined: it takes no login. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** A real mail server, which keeps the mails; it refuses every recipient `nobody@…`. */
export async function startMailServer({ encryption, certificate, login }: MailServerRequest): Promise<MailServer> {
  const mails: TakenMail[] = [];
  const { cert, key } = certificate;
  const server = new SMTPServer({
    ...{ secure: encryption === 'tls', cert, key },
    disabledCommands: [...(encryption === 'starttls' ? [] : ['STARTTLS']), ...(login === undefined ? ['AUTH'] : [])],
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error('wrong login'));
    },
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('nobody@') ? new Error('no such user') : null),
    onData: (stream, { envelope, secure, user }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        const source = Buffer.concat(parts).toString('utf8');
        mails.push({ from, to, source, isEncrypted: secure, user: user as string | undefined });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { port, mails, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
