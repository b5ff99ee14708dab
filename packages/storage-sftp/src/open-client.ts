import { connect, type Socket } from 'node:net';
import { BackuperError, say } from '@postgres-backuper/base';
import type { ConnectConfig, Client as SshClient } from 'ssh2';
import { connectError, type RawError } from './connect-error.ts';
import { fingerprintOf, typeOf } from './host-key.ts';
import { Client } from './library.ts';
import { loginMethods } from './login.ts';
import type { SftpSettings } from './sftp-settings.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const KEEPALIVE_MS = 15_000;
const UNANSWERED = 3;

/**
 * Connects and logs in; the server must show a known key before the login begins. Errors: host-unknown,
 * storage-unreachable, storage-host-key, storage-credentials, storage-failed, configuration-invalid.
 */
export async function openClient(settings: SftpSettings): Promise<SshClient> {
  const socket = await reach(settings);
  const client = new Client();
  let refusal: BackuperError | undefined;
  const isKnown = (key: Buffer) => {
    refusal = settings.hostKeys?.fingerprints.has(fingerprintOf(key)) ? undefined : unknownKey(settings, key);
    return refusal === undefined;
  };
  let first: Buffer | undefined;
  socket.once('data', (chunk: Buffer) => {
    first = chunk;
  });
  socket.pause(); // until ssh2 reads it
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).on('error', reject);
      client.once('close', () => reject(Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' })));
      client.connect(configurationOf(settings, socket, isKnown));
    });
    return client;
  } catch (error) {
    socket.destroy();
    throw refusal ?? connectError(error as RawError, settings.address, first);
  }
}

function reach({ address, connectTimeoutMs: timeout = CONNECT_TIMEOUT_MS }: SftpSettings): Promise<Socket> {
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout, noDelay: true, keepAlive: true });
    const fail = (error: RawError) => {
      socket.destroy();
      reject(connectError(error, address));
    };
    socket.once('error', fail);
    socket.once('timeout', () => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => {
      socket.setTimeout(0).off('error', fail);
      resolve(socket);
    });
  });
}

function configurationOf(settings: SftpSettings, sock: Socket, hostVerifier: (key: Buffer) => boolean): ConnectConfig {
  const { address, hostKeys, connectTimeoutMs = CONNECT_TIMEOUT_MS, keepaliveMs = KEEPALIVE_MS } = settings;
  const methods = loginMethods(settings);
  return {
    sock,
    hostVerifier,
    username: address.user,
    readyTimeout: connectTimeoutMs,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: UNANSWERED,
    authHandler: methods,
    algorithms: { serverHostKey: hostKeyAlgorithms(hostKeys?.types ?? []) },
  };
}

/** The algorithms of ssh2 without SHA-1. */
const HOST_KEY_ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

/** A server with several keys shows the one whose type is requested first: put known types first. */
function hostKeyAlgorithms(known: readonly string[]) {
  const isKnown = (algorithm: string) => known.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  return [...HOST_KEY_ALGORITHMS].sort((a, b) => Number(isKnown(b)) - Number(isKnown(a)));
}

function unknownKey({ address, hostKeys }: SftpSettings, key: Buffer): BackuperError {
  const shown = `${typeOf(key)} ${fingerprintOf(key)}`;
  const { host } = address;
  if (hostKeys === undefined)
    return new BackuperError('storage-host-key', `no key of '${host}' is known; the server there shows ${shown}`, {
      hint: `compare this with what ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints on the server itself, then give the fingerprint with ${say.option('sftpHostKey')}`,
    });
  return new BackuperError('storage-host-key', `'${host}' shows ${shown}, which is not one of the known keys`, {
    hint: `correct ${say.given('sftpHostKey')} only if the server got new keys: otherwise this is another machine`,
  });
}
