import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  type LifecycleRule,
  ListObjectsV2Command,
  type ObjectLockConfiguration,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isBackuperError } from '@postgres-backuper/base';
import type { Bucket } from './bucket.ts';
import { createClient } from './s3-client.ts';

/** What the server says about the bucket. Undefined: the key may not ask, or this server does not know the question. */
export interface BucketSettings {
  readonly isVersioned: boolean | undefined;
  /** The rules that are on. */
  readonly rules: readonly LifecycleRule[] | undefined;
  /** Anybody can list the repository, or the policy lets anybody in. */
  readonly isPublic: boolean | undefined;
  /** Null: none. */
  readonly lock: ObjectLockConfiguration | null | undefined;
  /** The algorithm by which the server encrypts, e.g. `AES256`; null: none. */
  readonly encryption: string | null | undefined;
}

type How = Parameters<S3Client['send']>[1];

/** Asks for all of them. Errors: those of the storage, except of a question that is refused. */
export async function readBucketSettings(bucket: Bucket, signal: AbortSignal | undefined): Promise<BucketSettings> {
  const Bucket = bucket.settings.bucket;
  const ask = <Answer>(what: string, action: string, send: (client: S3Client, how: How) => Promise<Answer>) =>
    whereAllowed(bucket.call({ what: `ask for the ${what}`, action, signal }, send));
  return {
    isVersioned: await ask('versioning', 's3:GetBucketVersioning', async (client, how) => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }), how);
      return Status === 'Enabled';
    }),
    rules: await ask('lifecycle', 's3:GetLifecycleConfiguration', (client, how) =>
      orNone('NoSuchLifecycleConfiguration', [], async () => {
        const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), how);
        return Rules.filter(({ Status }) => Status === 'Enabled');
      }),
    ),
    isPublic:
      (await isOpen(bucket, signal)) ||
      (await ask('policy', 's3:GetBucketPolicyStatus', (client, how) =>
        orNone('NoSuchBucketPolicy', false, async () => {
          const { PolicyStatus } = await client.send(new GetBucketPolicyStatusCommand({ Bucket }), how);
          return PolicyStatus?.IsPublic ?? false;
        }),
      )),
    lock: await ask('object lock', 's3:GetBucketObjectLockConfiguration', (client, how) =>
      orNone('ObjectLockConfigurationNotFoundError', null, async () => {
        const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket }), how);
        return answer.ObjectLockConfiguration ?? null;
      }),
    ),
    encryption: await ask('encryption', 's3:GetEncryptionConfiguration', (client, how) =>
      orNone('ServerSideEncryptionConfigurationNotFoundError', null, async () => {
        const answer = await client.send(new GetBucketEncryptionCommand({ Bucket }), how);
        const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
        return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? null;
      }),
    ),
  };
}

/** Whether somebody without a key can list the repository: servers tell of policies in different ways. */
async function isOpen({ settings, call, keyOf }: Bucket, signal: AbortSignal | undefined): Promise<boolean> {
  const command = new ListObjectsV2Command({ Bucket: settings.bucket, Prefix: keyOf(''), MaxKeys: 1 });
  const request = { what: 'list without a key', action: 's3:ListBucket', signal };
  const answer = await whereAllowed(
    call(request, (_, how) => createClient(settings, { isAnonymous: true }).send(command, how)),
  );
  return answer?.KeyCount !== undefined;
}

/** The server's error of that name means that there is no such setting. */
async function orNone<Answer>(name: string, none: Answer, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if ((error as Error).name === name) return none;
    throw error;
  }
}

/** Undefined if it fails: a role for backups may not read the settings of the bucket, and not every server has them. */
async function whereAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isBackuperError(error, 'storage-denied', 'storage-credentials', 'storage-failed', 'configuration-invalid'))
      return undefined;
    throw error;
  }
}
