import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** A certificate for 127.0.0.1 and localhost that signs itself. */
export interface Certificate {
  /** Its path, e.g. for NODE_EXTRA_CA_CERTS. */
  readonly path: string;
  readonly cert: string;
  readonly key: string;
}

export async function makeCertificate(folder: string): Promise<Certificate> {
  const path = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-addext', names];
  await run('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', path, '-subj', '/CN=localhost']);
  return { path, cert: await readFile(path, 'utf8'), key: await readFile(key, 'utf8') };
}
