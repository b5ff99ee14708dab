import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3';
import { isBackuperError } from '@postgres-backuper/base';
import type { Remark } from '@postgres-backuper/repository';
import type { Bucket } from './bucket.ts';

/** Warns of a versioned bucket without a rule that expires old versions: what prune deletes stays in it. */
export async function bucketRemarks(bucket: Bucket, signal: AbortSignal | undefined): Promise<readonly Remark[]> {
  if (!(await isVersioned(bucket, signal)) || (await expiresVersions(bucket, signal)) !== false) return [];
  return [
    {
      text: `the bucket '${bucket.settings.bucket}' keeps versions, and no rule of it expires them: prune frees no space`,
      hint: 'give the bucket a lifecycle rule NoncurrentVersionExpiration for the prefix of the repository',
    },
  ];
}

async function isVersioned({ call, settings }: Bucket, signal: AbortSignal | undefined): Promise<boolean> {
  const request = { what: 'ask for versioning', action: 's3:GetBucketVersioning', signal };
  const answer = await whereAllowed(
    call(request, (client, how) => client.send(new GetBucketVersioningCommand({ Bucket: settings.bucket }), how)),
  );
  return answer?.Status === 'Enabled';
}

/** Undefined: not known. */
async function expiresVersions(bucket: Bucket, signal: AbortSignal | undefined): Promise<boolean | undefined> {
  const { call, keyOf, settings } = bucket;
  const request = { what: 'ask for the lifecycle', action: 's3:GetLifecycleConfiguration', signal };
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: settings.bucket });
  const answer = await whereAllowed(
    call(request, async (client, how) =>
      client.send(command, how).catch((error: unknown) => {
        if ((error as Error).name === 'NoSuchLifecycleConfiguration') return { Rules: [] };
        throw error;
      }),
    ),
  );
  return answer?.Rules?.some((rule) => isFor(rule, keyOf('')));
}

function isFor({ Filter, NoncurrentVersionExpiration, Prefix, Status }: LifecycleRule, folder: string): boolean {
  const prefix = Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
  return Status === 'Enabled' && NoncurrentVersionExpiration !== undefined && folder.startsWith(prefix);
}

/** Undefined if it fails: a role for backups may not read the settings of the bucket, and not every server has them. */
async function whereAllowed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isBackuperError(error, 'storage-denied', 'storage-failed', 'configuration-invalid')) return undefined;
    throw error;
  }
}
