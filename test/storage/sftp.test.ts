import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Storage } from '@postgres-backuper/repository';
import {
  createSftpStorage,
  parseHostKeys,
  parsePrivateKey,
  parseSftpUrl,
  type SftpSettings,
} from '@postgres-backuper/storage-sftp';
import { freePort, run, type Sshd, startSshd, startTcpProxy, tryRun } from '@postgres-backuper/testing';
import { storageContract } from '@postgres-backuper/testing/storage-contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgent } from './ssh-agent.ts';

const body = Buffer.from('body');
const large = randomBytes(20_000_001);
const MAX = { maxBytes: 1 << 25 };
let sshd: Sshd;
/** Offers no extension that a repository uses, as the oldest servers. */
let poor: Sshd;
let made = 0;

beforeAll(async () => {
  const denied = ['posix-rename', 'hardlink', 'fsync', 'statvfs', 'limits'];
  [sshd, poor] = await Promise.all([startSshd(), startSshd({ denied, maxSessions: 1 })]);
});
afterAll(() => Promise.allSettled([sshd?.stop(), poor?.stop()]));

function settingsOf(server: Sshd, path: string, changes: Partial<SftpSettings> = {}): SftpSettings {
  const address = parseSftpUrl(server.url(path));
  return {
    address,
    hostKeys: parseHostKeys([server.hostKey], address),
    privateKey: parsePrivateKey(server.key),
    ...changes,
  };
}

/** A repository of its own, and where it lies on this machine. */
function open(server = sshd, changes: Partial<SftpSettings> = {}): { storage: Storage; directory: string } {
  made += 1;
  const path = `repository-${made}`;
  return { storage: createSftpStorage(settingsOf(server, path, changes)), directory: join(server.data, path) };
}

async function keysOf(storage: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list('')) keys.push(key);
  return keys;
}

storageContract('an SFTP server', async () => open().storage);
storageContract('an SFTP server without extensions and with one session', async () => open(poor).storage);

describe('what lies on the server', () => {
  test('folders are 0700 and files 0600, and nothing unfinished stays', async () => {
    const { storage, directory } = open();
    await storage.put('app/data/x', body);
    const modeOf = async (path: string) => ((await stat(join(directory, path))).mode & 0o7777).toString(8);
    for (const path of ['', 'app', 'app/data', '.unfinished']) expect(await modeOf(path), path).toBe('700');
    expect(await modeOf('app/data/x')).toBe('600');
    expect(await readdir(join(directory, '.unfinished'))).toEqual([]);
  });

  test('missing folders on the way to the repository are made', async () => {
    const storage = createSftpStorage(settingsOf(sshd, 'some/way/down'));
    await storage.put('a', body);
    expect(await readFile(join(sshd.data, 'some/way/down/a'), 'utf8')).toBe('body');
  });

  test('a path from the home begins where the account begins', async () => {
    const address = parseSftpUrl(`sftp://nobody@127.0.0.1:${sshd.port}/~/data/at-home`);
    const storage = createSftpStorage(settingsOf(sshd, '', { address }));
    await storage.put('a', body);
    expect(await keysOf(storage)).toEqual(['a']);
  });

  test('large objects pass in both directions at the same time', async () => {
    const { storage } = open();
    const keys = Array.from({ length: 6 }, (_, i) => `app/data/${i}`);
    await Promise.all(keys.map((key) => storage.put(key, large)));
    const bodies = await Promise.all(keys.map((key) => storage.get(key, MAX)));
    for (const each of bodies) expect(Buffer.compare(each, large)).toBe(0);
  });

  test('a file of a killed run is swept a day later', async () => {
    const { storage, directory } = open();
    await storage.put('a', body);
    const old = join(directory, '.unfinished/0011');
    for (const file of [old, `${old}22`]) await writeFile(file, 'x');
    await utimes(old, new Date(), new Date(Date.now() - 25 * 3600_000));
    await createSftpStorage(settingsOf(sshd, directory.slice(sshd.data.length + 1))).put('b', body);
    expect(await readdir(join(directory, '.unfinished'))).toEqual(['001122']);
  });

  test('remove takes emptied folders away, beside puts into the same folder', async () => {
    const { storage, directory } = open();
    const all = Array.from({ length: 60 }, (_, i) => `app/data/x/${i}`);
    await Promise.all(all.map((key) => storage.put(key, body).then(() => storage.remove([key]))));
    expect(await readdir(directory)).toEqual(['.unfinished']);
  });
});

describe('links on the server', () => {
  test('are neither followed nor replaced', async () => {
    const { storage, directory } = open();
    await storage.put('app/a', body);
    const outside = join(sshd.data, 'outside');
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink('/data/outside', join(directory, 'app/link'));
    await symlink('/data/outside/secret', join(directory, 'app/one'));
    const unsafe = { code: 'storage-unsafe' };
    await expect(storage.put('app/link/b', body)).rejects.toMatchObject(unsafe);
    await expect(storage.get('app/link/secret', MAX)).rejects.toMatchObject(unsafe);
    await expect(storage.remove(['app/link/secret'])).rejects.toMatchObject(unsafe);
    await expect(storage.list('app/link/')[Symbol.asyncIterator]().next()).rejects.toMatchObject(unsafe);
    await expect(storage.get('app/one', MAX)).rejects.toMatchObject(unsafe);
    await expect(storage.put('app/one', body)).rejects.toMatchObject(unsafe);
    expect(await keysOf(storage)).toEqual(['app/a', 'app/link', 'app/one']);
    await storage.remove(['app/one']);
    expect(await readdir(outside)).toEqual(['secret']);
    expect((await lstat(join(directory, 'app/link'))).isSymbolicLink()).toBe(true);
  });

  test('a pipe is named as what it is, and never opened', async () => {
    const { storage, directory } = open();
    await storage.put('app/a', body);
    await run('mkfifo', [join(directory, 'app/pipe')]);
    await expect(storage.get('app/pipe', MAX)).rejects.toMatchObject({ code: 'storage-unsafe' });
    expect(await keysOf(storage)).toEqual(['app/a', 'app/pipe']);
  });
});

describe('who may come in', () => {
  test('a server whose key is not known is refused, and its key shown', async () => {
    const { storage } = open(sshd, { hostKeys: undefined });
    await expect(storage.put('a', body)).rejects.toMatchObject({
      code: 'storage-host-key',
      exitStatus: 2,
      message: expect.stringContaining(`ssh-ed25519 ${sshd.hostKey}`),
    });
  });

  test('a server with another key than the known one is refused before the login', async () => {
    const before = sshd.log().length;
    const { storage } = open(sshd, { hostKeys: settingsOf(poor, 'x').hostKeys });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'storage-host-key', exitStatus: 2 });
    expect(sshd.log().slice(before)).not.toMatch(/Accepted|Postponed|publickey/);
  });

  test('a line of known_hosts is enough', async () => {
    const address = parseSftpUrl(sshd.url('known'));
    const storage = createSftpStorage(
      settingsOf(sshd, 'known', { hostKeys: parseHostKeys([sshd.knownHosts], address) }),
    );
    await storage.put('a', body);
  });

  test('a key that the server does not know is storage-credentials', async () => {
    const { storage } = open(sshd, { privateKey: parsePrivateKey(poor.key) });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'storage-credentials', exitStatus: 2 });
  });

  test('a password where none is allowed is storage-credentials, and repeated nowhere', async () => {
    const { storage } = open(sshd, { privateKey: undefined, password: 'CANARY' });
    const error = await storage.put('a', body).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'storage-credentials' });
    expect(String((error as Error).message)).not.toContain('CANARY');
  });

  test('an ssh-agent logs in', async () => {
    const agent = await startAgent(sshd.keyFile);
    try {
      const { storage } = open(sshd, { privateKey: undefined, agent: agent.socket });
      await storage.put('a', body);
    } finally {
      agent.stop();
    }
    const { storage } = open(sshd, { privateKey: undefined, agent: `${agent.socket}-gone` });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'storage-credentials' });
  });
});

describe('a server that does not serve', () => {
  test('nothing that answers is storage-unreachable: try again', async () => {
    const address = parseSftpUrl(`sftp://nobody@127.0.0.1:${await freePort()}/data/x`);
    const { storage } = open(sshd, { address });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'storage-unreachable', exitStatus: 75 });
  });

  test('a host that nobody knows is host-unknown: correct it', async () => {
    const { storage } = open(sshd, { address: parseSftpUrl('sftp://u@sftp.invalid/x') });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'host-unknown', exitStatus: 2 });
  });

  test('what answers without SSH is configuration-invalid', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => web.once('listening', resolve));
    const { port } = web.address() as { port: number };
    const { storage } = open(sshd, { address: parseSftpUrl(`sftp://u@127.0.0.1:${port}/x`), connectTimeoutMs: 5000 });
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'configuration-invalid', exitStatus: 2 });
    web.close();
  });

  test('a server that falls silent is storage-unreachable after a while', async () => {
    const proxy = await startTcpProxy(sshd);
    try {
      const url = sshd.url('silent').replace(`:${sshd.port}`, `:${proxy.port}`);
      const changes = { address: parseSftpUrl(url), stallMs: 3000, connectTimeoutMs: 3000 };
      const storage = createSftpStorage(settingsOf(sshd, '', changes));
      await storage.put('a', body);
      proxy.set({ blackHole: true });
      await expect(storage.put('b', body)).rejects.toMatchObject({ code: 'storage-unreachable' });
      await expect(storage.put('b', body)).rejects.toMatchObject({ code: 'storage-unreachable' });
      proxy.set({});
      proxy.cut();
      await storage.put('b', body);
      expect(await keysOf(storage)).toEqual(['a', 'b']);
    } finally {
      await proxy.stop();
    }
  });

  test('a connection that ends in the middle is storage-unreachable, the next call connects again', async () => {
    const proxy = await startTcpProxy(sshd);
    try {
      const path = `cut-${made++}`;
      const address = parseSftpUrl(sshd.url(path).replace(`:${sshd.port}`, `:${proxy.port}`));
      const storage = createSftpStorage(settingsOf(sshd, '', { address }));
      await storage.put('a', body);
      proxy.set({ cutAfterBytesSent: large.length / 2 });
      const puts = Array.from({ length: 8 }, (_, i) => storage.put(`app/${i}`, large));
      const failed = (await Promise.allSettled(puts)).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      expect(failed.length).toBeGreaterThan(0);
      for (const reason of failed) expect(reason).toMatchObject({ code: 'storage-unreachable', exitStatus: 75 });
      proxy.set({});
      for await (const { key, sizeBytes } of storage.list('app/')) expect(sizeBytes, key).toBe(large.length);
      expect((await stat(join(sshd.data, path, 'a'))).size).toBe(4);
    } finally {
      await proxy.stop();
    }
  });
});

describe('what the server refuses', () => {
  test('a folder of another account is storage-denied', async () => {
    await mkdir(join(sshd.data, 'of-root'), { recursive: true });
    await chmod(join(sshd.data, 'of-root'), 0o700);
    const storage = createSftpStorage(settingsOf(sshd, 'of-root/repository'));
    await expect(storage.put('a', body)).rejects.toMatchObject({ code: 'storage-denied', exitStatus: 2 });
    await expect(keysOf(storage)).rejects.toMatchObject({ code: 'storage-denied' });
  });

  test('a full disk is storage-full, leaves nothing, and what was stored can be read and removed', async ({ skip }) => {
    const full = join(sshd.data, `full-${made}`);
    await mkdir(full, { recursive: true }); // that of a first try is there
    const mounted = await tryRun('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=700,uid=65534', 'tmpfs', full]);
    if (mounted.status !== 0) skip(`no tmpfs: ${mounted.stderr}`);
    try {
      const storage = createSftpStorage(settingsOf(sshd, `full-${made}/repository`));
      await storage.put('app/first', large.subarray(0, 4_000_000));
      await expect(storage.put('app/second', large)).rejects.toMatchObject({ code: 'storage-full', exitStatus: 1 });
      expect(await keysOf(storage)).toEqual(['app/first']);
      expect(await readdir(join(full, 'repository/.unfinished'))).toEqual([]);
      await storage.remove(['app/first']);
    } finally {
      await tryRun('umount', [full]);
    }
  });
});

test('usage tells free and total space where the server does', async () => {
  const usage = await open().storage.usage?.();
  expect(usage?.freeBytes).toBeGreaterThan(0);
  expect(usage?.totalBytes).toBeGreaterThanOrEqual(usage?.freeBytes ?? 0);
  expect(await open(poor).storage.usage?.()).toBeUndefined();
});

test('remarks name what a server lacks, and a folder that others can write to', async () => {
  const { storage, directory } = open();
  await storage.put('a', body);
  expect(await storage.remarks?.()).toEqual([]);
  await chmod(directory, 0o770);
  expect(await storage.remarks?.()).toMatchObject([{ text: expect.stringContaining('mode 770') }]);
  const other = open(poor).storage;
  await other.put('a', body);
  const texts = (await other.remarks?.())?.map(({ text }) => text.split(':')[0]);
  expect(texts).toEqual(['the server has no fsync', 'the server has no hard links']);
});
