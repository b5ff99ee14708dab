import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import { createOpenPgpCipher, createPlainCipher, createSigner } from '@postgres-backuper/openpgp';
import type { Repository, Storage } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing';
import { realClock } from '../check/harness.ts';
import { absolute, type Manifest } from '../golden/make-feature.ts';

const GOLDEN = join(import.meta.dirname, '../golden/v1');

/** Objects of a repository by their keys. */
export type Objects = ReadonlyMap<string, Buffer>;

/** Golden backups with their keys, in memory. */
export interface GoldenSet {
  readonly feature: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly objects: Objects;
  /** The repository with other objects; nothing that is put into it stays. */
  repositoryOf(objects: Objects): Promise<Repository>;
}

/** Records are left out: they are words about a backup and prove nothing. */
export async function openGolden(feature: string): Promise<GoldenSet> {
  const folder = join(GOLDEN, feature);
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
  const keys = await keysOf(folder, manifest);
  const objects = await objectsOf(join(folder, 'repository'));
  const repositoryOf = async (changed: Objects) => ({ ...keys, storage: await storageOf(changed) });
  return { feature, folder, manifest, objects, repositoryOf };
}

/** A silent context with the real clock. */
export const silent: Context = {
  ...{ clock: realClock, emit: () => undefined, signal: new AbortController().signal },
  ...{ tempDir: '/nowhere', tool: 'test' },
};

async function objectsOf(place: string): Promise<Objects> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name, parentPath }) => join(parentPath, name));
  const kept = files.filter((file) => !file.includes('/records/')).sort();
  return new Map(
    await Promise.all(kept.map(async (file) => [file.slice(place.length + 1), await readFile(file)] as const)),
  );
}

async function storageOf(objects: Objects): Promise<Storage> {
  const memory = createMemoryStorage();
  for (const [key, bytes] of objects) await memory.put(key, bytes);
  return { ...memory, put: async () => undefined };
}

async function keysOf(folder: string, { readers, signer }: Manifest): Promise<Omit<Repository, 'storage'>> {
  const given = absolute(folder, readers[0] ?? {});
  const trusted = signer === null ? {} : { trusted: await signerOf(join(folder, signer)) };
  if (given.BACKUP_ENCRYPTION === 'none') return { cipher: createPlainCipher(), encryption: 'none', ...trusted };
  const { BACKUP_PRIVATE_KEY: file, BACKUP_PRIVATE_KEY_PASSPHRASE: unlock, BACKUP_PASSPHRASE: passphrase } = given;
  const cipher = await createOpenPgpCipher({
    publicKeys: [],
    ...(file === undefined ? {} : { privateKeys: [await readFile(file, 'utf8')] }),
    ...(unlock === undefined ? {} : { privateKeyPassphrase: unlock }),
    ...(passphrase === undefined ? {} : { passphrase }),
    now: Date.now(),
  });
  return { cipher, encryption: 'openpgp', ...trusted };
}

async function signerOf(file: string) {
  return createSigner({ signerKey: await readFile(file, 'utf8'), now: Date.now() });
}
