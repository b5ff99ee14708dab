import { createHash } from 'node:crypto';
import { BackuperError, type Clock, type Context } from '@postgres-backuper/base';
import {
  type BackupId,
  type Commit,
  catalogName,
  commitKey,
  dataKey,
  factsOf,
  INDEX_NAME,
  OBJECTS_NAME,
  type ObjectEntry,
  segmentName,
  TAR_BLOCK_BYTES,
  totalsOf,
  writeCatalog,
  writeCommit,
  writeObjects,
  writeTarEnd,
  writeTarHeader,
} from '@postgres-backuper/format';
import type { Cipher, Repository, Signer, Storage } from '@postgres-backuper/repository';
import { sampleCatalog, sampleCommit } from '../../format/src/samples.test-data.ts';
import { compressDocument } from '../../format/src/zstd.ts';

export { sampleCatalog, sampleCommit };

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const NOON = Date.parse('2026-03-15T12:00:00Z');

/** For tests: changes every byte, so that what was not decrypted is noticed. */
export const PLAIN_CIPHER: Cipher = {
  recipients: ['A'.repeat(40)],
  notices: [],
  readers: '',
  canDecrypt: true,
  canEncrypt: true,
  encrypt: async (bytes) => bytes.map((byte) => byte ^ 0x55),
  decrypt: async (bytes) => bytes.map((byte) => byte ^ 0x55),
};

/** For tests: what it would say to bytes. */
export const signatureOf = (bytes: Uint8Array): string => `signed ${createHash('sha256').update(bytes).digest('hex')}`;

export const SIGNER: Signer = {
  fingerprint: 'A'.repeat(40),
  sign: async (bytes) => signatureOf(bytes),
  check: async (bytes, signature) => {
    if (signature !== signatureOf(bytes)) throw new BackuperError('signature-invalid', 'not signed');
  },
};

export function testRepository(storage: Storage, changes: Partial<Repository> = {}): Repository {
  return { storage, cipher: PLAIN_CIPHER, encryption: 'openpgp', ...changes };
}

/** For tests: a clock that moves only when it is set. */
export function testClock(start = NOON): Clock & { set(time: number): void } {
  let now = start;
  return {
    now: () => now,
    elapsed: () => now,
    sleep: async (delayMs, { signal } = {}) => {
      signal?.throwIfAborted();
      now += delayMs;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
    set: (time) => {
      now = time;
    },
  };
}

export function quietContext(clock: Clock, signal: AbortSignal = new AbortController().signal): Context {
  return { clock, emit: () => undefined, signal, tempDir: '/nowhere', tool: 'test' };
}

/** The label of a backup that started at this time. */
export function labelAt(startedAt: number, suffix = 'ab12cd'): string {
  const digits = new Date(startedAt).toISOString().replace(/\D/g, '');
  return `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${suffix}`;
}

/** Stores the commit of a backup without data. */
export async function putCommit(storage: Storage, startedAt: number, changes: Partial<Commit> = {}): Promise<Commit> {
  const times = {
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(startedAt + 60_000).toISOString(),
  };
  const commit = sampleCommit({ label: labelAt(startedAt), ...times, ...changes });
  await storage.put(commitKey(commit), writeCommit(commit));
  return commit;
}

type IndexOf = (id: BackupId, objects: readonly ObjectEntry[]) => Buffer;

/** Stores a whole small backup of the sample catalog: two segments, catalog, list, commit; on request an index, real or not. */
export async function putBackup(
  storage: Storage,
  startedAt = NOON,
  { index = false, ...changes }: Partial<Commit> & { readonly index?: boolean | IndexOf } = {},
): Promise<Commit> {
  const commit = sampleCommit({ label: labelAt(startedAt), startedAt: new Date(startedAt).toISOString(), ...changes });
  const { name, label } = commit;
  const objects: ObjectEntry[] = [];
  const put = async (key: string, plain: Uint8Array): Promise<void> => {
    const body = await PLAIN_CIPHER.encrypt(plain);
    objects.push(await store(storage, { key, path: dataKey(commit, key), body }));
  };
  await put(segmentName(0, true), await compressDocument(tarOf(0, 10)));
  await put(segmentName(1, true), await compressDocument(tarOf(10, 20)));
  const catalog = sampleCatalog({ name, label, backup: factsOf(commit) });
  await put(catalogName(true), await writeCatalog(catalog));
  const bytes = typeof index === 'function' ? index(commit, objects) : index && Buffer.from('index');
  if (bytes) objects.push(await store(storage, { key: INDEX_NAME, path: dataKey(commit, INDEX_NAME), body: bytes }));
  const list = await writeObjects({ version: 1, name, label, objects });
  const path = dataKey(commit, OBJECTS_NAME);
  const { sizeBytes, sha256 } = await store(storage, { key: OBJECTS_NAME, path, body: list });
  const totals = totalsOf(catalog, objects);
  return putCommit(storage, startedAt, { ...changes, totals, objects: { sizeBytes, sha256 } });
}

/** The fields of a commit that make it a differential of this full. */
export function standingOn({ label, objects }: Commit): Pick<Commit, 'type' | 'parent' | 'parentObjects'> {
  return { type: 'differential', parent: label, parentObjects: objects };
}

async function store(
  storage: Storage,
  { key, path, body }: { key: string; path: string; body: Uint8Array },
): Promise<ObjectEntry> {
  await storage.put(path, body);
  return { key, sizeBytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}

function tarOf(offset: number, length: number): Buffer {
  const tar = Buffer.alloc(8192);
  tar.fill('x', TAR_BLOCK_BYTES, TAR_BLOCK_BYTES + length);
  writeTarHeader(tar, 0, { file: '3456.dat', offset, length });
  return tar.subarray(0, writeTarEnd(tar, 2 * TAR_BLOCK_BYTES));
}
