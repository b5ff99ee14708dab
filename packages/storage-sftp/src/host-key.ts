import { createHash, createHmac } from 'node:crypto';
import { BackuperError, say } from '@postgres-backuper/base';
import type { SftpAddress } from './address.ts';

/** The known keys of a server. */
export interface HostKeys {
  /** `SHA256:…`, as ssh-keygen -l shows them. */
  readonly fingerprints: ReadonlySet<string>;
  /** Types of the keys that are known in full, e.g. `ssh-ed25519`: requested first. */
  readonly types: readonly string[];
}

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;
const KEY_TYPE = /^(ssh-|ecdsa-|sk-)[a-z0-9@.-]+$/;

/**
 * Reads fingerprints (`SHA256:…`), public keys (`ssh-ed25519 AAAA…`) and lines of known_hosts; lines for other hosts are
 * skipped. Errors: configuration-invalid, also when no entry is for this host.
 */
export function parseHostKeys(texts: readonly string[], address: SftpAddress): HostKeys | undefined {
  const lines = texts.flatMap((text) => text.split(/\r?\n/)).map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (said.length === 0) return undefined;
  const known = said.flatMap((line) => readLine(line, address) ?? []);
  if (known.length === 0) throw invalid(`none of its lines is for '${nameOf(address)}'`);
  return {
    fingerprints: new Set(known.map(({ fingerprint }) => fingerprint)),
    types: [...new Set(known.flatMap(({ type }) => type ?? []))],
  };
}

/** `SHA256:…` of a key as a server sends it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type of a key as a server sends it, e.g. `ssh-ed25519`. */
export function typeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  const type = key.toString('latin1', 4, 4 + Math.min(length, 64));
  return KEY_TYPE.test(type) ? type : 'a key';
}

interface Known {
  readonly fingerprint: string;
  readonly type?: string;
}

/** Undefined: a line for another host. */
function readLine(line: string, address: SftpAddress): Known | undefined {
  if (FINGERPRINT.test(line)) return { fingerprint: line.replace(/=$/, '') };
  if (line.startsWith('@')) throw invalid("lines with '@cert-authority' or '@revoked' are not supported");
  const words = line.split(/\s+/);
  const hosts = KEY_TYPE.test(words[0] ?? '') ? undefined : words.shift();
  const [type = '', text = ''] = words;
  const key = Buffer.from(text, 'base64');
  if (!KEY_TYPE.test(type) || typeOf(key) !== type)
    throw invalid('a line is neither SHA256:…, a public key nor a line of known_hosts');
  if (hosts !== undefined && !hosts.split(',').some((pattern) => isFor(pattern, address))) return undefined;
  return { fingerprint: fingerprintOf(key), type };
}

function isFor(pattern: string, address: SftpAddress): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(pattern) ?? [];
  const name = nameOf(address);
  if (salt === undefined || hash === undefined) return pattern.toLowerCase() === name;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** The name in known_hosts. */
function nameOf({ host, port }: SftpAddress): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

function invalid(why: string): BackuperError {
  return new BackuperError('configuration-invalid', `${say.given('sftpHostKey')}: ${why}`, {
    hint: 'give the fingerprint as SHA256:…, or the line that ssh-keyscan or known_hosts has for this host',
  });
}
