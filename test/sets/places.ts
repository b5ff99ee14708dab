import { createOpenPgpCipher, createSigner, generateKeyPair } from '@postgres-backuper/openpgp';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { startMinio } from '@postgres-backuper/testing';
import { createPlace, type Place } from '../restore/harness.ts';

/** Where sets are tried: a directory in plain, and MinIO with encrypted and signed backups of which only signed ones count. */
export const PLACES: readonly (readonly [name: string, create: () => Promise<Place>])[] = [
  ['a directory', () => createPlace()],
  ['MinIO, encrypted and signed', createSignedPlace],
];

async function createSignedPlace(): Promise<Place> {
  const [minio, keys] = await Promise.all([startMinio(), generateKeyPair({ passphrase: 'x', now: Date.now() })]);
  await minio.createBucket('sets');
  const { publicKey, privateKey } = keys;
  const privateKeys = [privateKey];
  const cipher = await createOpenPgpCipher({
    ...{ publicKeys: [publicKey], privateKeys, privateKeyPassphrase: 'x', now: Date.now() },
  });
  const signer = await createSigner({ signingKey: privateKey, passphrase: 'x', now: Date.now() });
  const place = await createPlace({ cipher, encryption: 'openpgp', signer });
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  const storage = createS3Storage({
    bucket: 'sets',
    prefix: 'p',
    endpoint: parseEndpoint(minio.endpoint),
    credentials,
  });
  return {
    ...place,
    repository: { ...place.repository, storage, trusted: signer },
    remove: async () => {
      await minio.stop();
      await place.remove();
    },
  };
}
