import { BackuperError } from '@postgres-backuper/base';
import type { Storage } from '@postgres-backuper/repository';
import { openBucket } from './bucket.ts';
import { createETags } from './etags.ts';
import { getOrMissing } from './get-object.ts';
import { listFolders, listObjects } from './list-objects.ts';
import { putObject } from './put-object.ts';
import { removeObjects } from './remove-objects.ts';
import type { S3Settings } from './s3-settings.ts';
import { createServerMetrics } from './server-metrics.ts';

/** A repository in an S3 bucket. No request is made before the first call. Errors: configuration-invalid. */
export function createS3Storage(settings: S3Settings): Storage {
  refuseArchives(settings);
  const bucket = openBucket(settings);
  const etags = createETags(settings);
  const metrics = settings.metrics === undefined ? undefined : createServerMetrics(settings.metrics, settings);
  const conditions = { areKnown: true };
  return {
    location: bucket.location,
    get listsMd5() {
      return etags.areMd5;
    },
    put: (key, body, options) => checked(key, () => putObject({ bucket, etags, conditions, key, body, ...options })),
    get: (key, { maxBytes, signal }) => checked(key, () => getOrMissing({ bucket, etags, key, maxBytes, signal })),
    list: (prefix, options) => listObjects({ bucket, etags, prefix, after: options?.after, signal: options?.signal }),
    folders: (prefix, options) => listFolders({ bucket, etags, prefix, signal: options?.signal }),
    remove: (keys, options) => removeObjects(bucket, keys, options?.signal),
    remarks: async (options) => [
      ...(await (await import('./remarks.ts')).bucketRemarks(bucket, options?.signal)), // with the SDK
      ...((await metrics?.remarks()) ?? []),
    ],
    ...(metrics === undefined ? {} : { usage: metrics.usage }),
  };
}

function refuseArchives({ storageClass }: S3Settings): void {
  if (storageClass === undefined || !/^(GLACIER|DEEP_ARCHIVE)$/.test(storageClass)) return;
  throw new BackuperError(
    'configuration-invalid',
    `objects of storage class '${storageClass}' cannot be read at once`,
    {
      hint: 'choose STANDARD_IA or GLACIER_IR, and let a lifecycle rule of the bucket move old data on',
    },
  );
}

async function checked<T>(key: string, action: () => Promise<T>): Promise<T> {
  if (/^[A-Za-z0-9._=-]+(\/[A-Za-z0-9._=-]+)*$/.test(key) && !/(^|\/)\.\.?(\/|$)/.test(key)) return action();
  throw new BackuperError('storage-unsafe', `'${key}' cannot be a key`);
}
