import type { Storage } from '@postgres-backuper/repository';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { createMinioUser, type S3Account, type S3Server, startMinio } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actionsOf, BUCKET, type Policy, PREFIX, policyOf, without } from './iam-policies.ts';

const MAX = { maxBytes: 99 };
const body = Buffer.from('body');
let minio: S3Server;

beforeAll(async () => {
  minio = await startMinio();
  await minio.createBucket(BUCKET);
});
afterAll(() => minio.stop());

function open({ accessKey, secretKey }: S3Account): Storage {
  return createS3Storage({
    bucket: BUCKET,
    prefix: PREFIX,
    endpoint: parseEndpoint(minio.endpoint),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
}

async function as(policy: Policy): Promise<Storage> {
  return open(await createMinioUser(minio, policy));
}

let runs = 0;

/** What a finished backup left, stored by somebody else. */
async function storedBackup(): Promise<string> {
  runs += 1;
  const label = `run${runs}`;
  const storage = open(minio);
  for (const key of keysOf(label)) await storage.put(key, body);
  return label;
}

function keysOf(label: string): string[] {
  const data = ['segment-00000000.tar.zst.gpg', 'objects.json.zst'].map((name) => `app/data/${label}/${name}`);
  return [...data, `app/records/${label}/0-verify-stored-ok.json`, `app/backups/${label}.json`];
}

async function listed(storage: Storage, prefix: string): Promise<number> {
  let count = 0;
  for await (const _ of storage.list(prefix)) count += 1;
  return count;
}

const commands: Record<string, (storage: Storage) => Promise<void>> = {
  backup: async (storage) => {
    runs += 1;
    const keys = keysOf(`run${runs}`);
    for (const key of keys) await storage.put(key, body);
    await storage.put(keys[0] as string, body); // a repeated put is confirmed without reading
    expect(await listed(storage, `app/data/run${runs}/`)).toBe(2);
  },
  restore: async (storage) => {
    const label = await storedBackup();
    expect(await listed(storage, 'app/backups/')).toBeGreaterThan(0);
    for (const key of keysOf(label)) expect(await storage.get(key, MAX)).toEqual(body);
  },
  prune: async (storage) => {
    const label = await storedBackup();
    expect(await listed(storage, 'app/backups/')).toBeGreaterThan(0);
    await storage.get(`app/backups/${label}.json`, MAX);
    for (const key of keysOf(label).reverse()) await storage.remove([key]);
    expect(await listed(storage, `app/data/${label}/`)).toBe(0);
  },
};

describe.each(['backup', 'restore', 'prune'])('the policy of %s', (command) => {
  const { policy } = policyOf(command);
  const run = commands[command] as (storage: Storage) => Promise<void>;

  test('is enough', async () => {
    await run(await as(policy));
  });

  test.each(actionsOf(policy))('without %s fails and names it', async (action) => {
    const storage = await as(without(policy, action));
    await expect(run(storage)).rejects.toMatchObject({
      code: 'storage-denied',
      hint: `allow '${action}' on bucket '${BUCKET}' to this access key (docs/iam.md)`,
    });
  });
});

test('a key that may only back up can neither read, change nor remove', async () => {
  const label = await storedBackup();
  const storage = await as(policyOf('backup').policy);
  const [key = ''] = keysOf(label);
  await expect(storage.get(key, MAX)).rejects.toMatchObject({ code: 'storage-denied' });
  await expect(storage.remove([key])).rejects.toMatchObject({ code: 'storage-denied' });
  await expect(storage.put(key, Buffer.from('evil'))).rejects.toMatchObject({ code: 'object-exists' });
  expect(await open(minio).get(key, MAX)).toEqual(body);
});

test('a key that may only prune can neither read data nor store', async () => {
  const label = await storedBackup();
  const storage = await as(policyOf('prune').policy);
  await expect(storage.get(keysOf(label)[0] as string, MAX)).rejects.toMatchObject({ code: 'storage-denied' });
  await expect(storage.put(`app/backups/${label}-evil.json`, body)).rejects.toMatchObject({ code: 'storage-denied' });
});

test('what is recommended besides lets a backup read and a verification leave its record', async () => {
  for (const section of ['backup', 'restore']) {
    const { policy, besides } = policyOf(section);
    const label = await storedBackup();
    const storage = await as({ ...policy, Statement: [...policy.Statement, ...besides] });
    await storage.get(keysOf(label)[0] as string, MAX);
    await storage.put(`app/records/${label}/1-verify-content-ok.json`, body);
  }
});

test.each(['restore', 'prune'])('with the policy of %s a missing object is told from a denied one', async (section) => {
  const storage = await as(policyOf(section).policy);
  await expect(storage.get('app/backups/none.json', MAX)).rejects.toMatchObject({ code: 'object-missing' });
});

test('no policy reaches outside its prefix', async () => {
  const outside = createS3Storage({
    bucket: BUCKET,
    prefix: 'others',
    endpoint: parseEndpoint(minio.endpoint),
    credentials: await credentialsOf(policyOf('backup').policy),
  });
  await expect(outside.put('a', body)).rejects.toMatchObject({ code: 'storage-denied' });
  await expect(listed(outside, '')).rejects.toMatchObject({ code: 'storage-denied' });
});

async function credentialsOf(policy: Policy): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const { accessKey, secretKey } = await createMinioUser(minio, policy);
  return { accessKeyId: accessKey, secretAccessKey: secretKey };
}
