import type { Emit } from '@postgres-backuper/base';
import type { Remark } from '@postgres-backuper/repository';
import { openBucket } from './bucket.ts';
import { isAtAmazon, regionOf } from './connection.ts';
import { type Extras, JOBS, type Job, type Policy, policyFor } from './policies.ts';
import type { Prepared } from './prepare-bucket.ts';
import type { S3Settings } from './s3-settings.ts';

export interface SetupRequest {
  /** Make the bucket where it is missing. */
  readonly create: boolean;
  /** Default: those of our rule that is there, else 30. */
  readonly noncurrentDays: number | undefined;
}

/** What a bucket and the keys to it need for a repository. */
export interface BucketSetup {
  readonly location: string;
  /** Contacts nothing. */
  policies(extras: Extras): readonly { readonly job: Job; readonly policy: Policy }[];
  /**
   * Turns versioning on and adds our lifecycle rule; changes nothing else, and nothing where the rules that there are cannot be
   * read. Errors: those of the storage; configuration-invalid for a server without versions or lifecycle rules.
   */
  apply(request: SetupRequest, how: SetupHow): Promise<Prepared & { readonly remarks: readonly Remark[] }>;
}

export interface SetupHow {
  readonly signal: AbortSignal | undefined;
  /** Says what was done before a failure. */
  readonly emit: Emit;
}

export function createBucketSetup(settings: S3Settings): BucketSetup {
  const bucket = openBucket(settings);
  const place = { bucket: settings.bucket, folder: bucket.keyOf(''), partition: partitionOf(settings) };
  return {
    location: bucket.location,
    policies: (extras) => JOBS.map((job) => ({ job, policy: policyFor(job, place, extras) })),
    async apply(request, how) {
      const { prepareBucket } = await import('./prepare-bucket.ts'); // loads the SDK
      return prepareBucket(bucket, request, how);
    },
  };
}

/** Amazon's clouds for China and for the government of the USA have names of their own. */
function partitionOf(settings: S3Settings): string {
  if (!isAtAmazon(settings)) return 'aws';
  const region = regionOf(settings);
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
