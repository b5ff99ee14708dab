import type { LifecycleRule, ObjectLockConfiguration } from '@aws-sdk/client-s3';
import { numberOf, say } from '@postgres-backuper/base';
import type { Remark } from '@postgres-backuper/repository';
import type { Bucket } from './bucket.ts';
import type { BucketSettings } from './bucket-settings.ts';

/** Classes whose objects must be brought back before they can be read. */
const ARCHIVES: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

/** The folder of the repository in its bucket, '' or ending in '/'. */
interface Place {
  readonly bucket: string;
  readonly folder: string;
}

/** What the settings of the bucket mean for a repository in it, as far as the key may read them. */
export async function bucketRemarks(bucket: Bucket, signal: AbortSignal | undefined): Promise<readonly Remark[]> {
  const { readBucketSettings } = await import('./bucket-settings.ts'); // loads the SDK
  const settings = await readBucketSettings(bucket, signal);
  return judgeSettings(settings, { bucket: bucket.settings.bucket, folder: bucket.keyOf('') });
}

/** Pure. Warnings first, then a fact. */
export function judgeSettings(settings: BucketSettings, place: Place): readonly Remark[] {
  const rules = (settings.rules ?? []).filter((rule) => concerns(rule, place));
  return [
    ...(settings.isPublic ? [publicRemark(place)] : []),
    ...(settings.isVersioned && settings.rules !== undefined && !rules.some((rule) => expiresVersions(rule, place))
      ? [versionsRemark(place)]
      : []),
    ...rules.flatMap((rule) => [...expiryRemarks(rule, place), ...archiveRemarks(rule, place)]),
    ...factsRemark(settings),
  ];
}

/** Whether it applies to some objects of the repository. Ours have no tags. */
function concerns(rule: LifecycleRule, { folder }: Place): boolean {
  const { Filter } = rule;
  if (Filter?.Tag !== undefined || (Filter?.And?.Tags ?? []).length > 0) return false;
  return folder.startsWith(prefixOf(rule)) || prefixOf(rule).startsWith(folder);
}

function prefixOf({ Filter, Prefix }: LifecycleRule): string {
  return Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
}

function expiresVersions(rule: LifecycleRule, { folder }: Place): boolean {
  return rule.NoncurrentVersionExpiration !== undefined && folder.startsWith(prefixOf(rule));
}

function publicRemark({ bucket }: Place): Remark {
  const text = `the policy of the bucket '${bucket}' lets everybody in`;
  return { text, hint: 'remove the statements for everybody (Principal "*") from its policy' };
}

function versionsRemark({ bucket }: Place): Remark {
  return {
    text: `the bucket '${bucket}' keeps versions, and no rule of it expires them: prune frees no space`,
    hint: `give the bucket a lifecycle rule NoncurrentVersionExpiration for the prefix of the repository, as ${say.command('setup-bucket', { apply: '' })} does`,
  };
}

function expiryRemarks(rule: LifecycleRule, { bucket }: Place): readonly Remark[] {
  const { Days, Date: date } = rule.Expiration ?? {};
  if (Days === undefined && date === undefined) return [];
  const when = Days === undefined ? `at ${date?.toISOString().slice(0, 10)}` : `of ${numberOf(Days, 'day')}`;
  return [
    {
      text: `the lifecycle rule ${named(rule)} of the bucket '${bucket}' deletes objects ${when}, also of backups that are pinned or kept, and of fulls on which differentials stand`,
      hint: 'let prune delete: take the prefix of the repository out of that rule, or its Expiration',
    },
  ];
}

function archiveRemarks(rule: LifecycleRule, { bucket }: Place): readonly Remark[] {
  const moved = (rule.Transitions ?? []).find(({ StorageClass }) => ARCHIVES.includes(StorageClass ?? ''));
  if (moved === undefined) return [];
  return [
    {
      text: `the lifecycle rule ${named(rule)} of the bucket '${bucket}' moves objects to ${moved.StorageClass}, where a restore cannot read them`,
      hint: 'move them to GLACIER_IR or STANDARD_IA instead, or keep that rule away from the repository',
    },
  ];
}

function named({ ID }: LifecycleRule): string {
  return ID ? `'${ID}'` : 'without a name';
}

function factsRemark({ isVersioned, lock, encryption }: BucketSettings): readonly Remark[] {
  const facts = [
    ...(isVersioned === undefined ? [] : [isVersioned ? 'keeps versions' : 'keeps no versions']),
    ...(lock === undefined ? [] : [lockText(lock)]),
    ...(encryption === undefined
      ? []
      : [encryption === null ? 'does not encrypt by itself' : `encrypts (${encryption})`]),
  ];
  return facts.length === 0 ? [] : [{ text: `the bucket ${facts.join(', ')}` }];
}

function lockText(lock: ObjectLockConfiguration | null): string {
  if (lock === null) return 'locks no objects';
  const { Mode, Days, Years } = lock.Rule?.DefaultRetention ?? {};
  if (Mode === undefined) return 'can lock objects';
  const period = Years === undefined ? numberOf(Days ?? 0, 'day') : numberOf(Years, 'year');
  return `locks objects for ${period} (${Mode}; prune deletes them after that)`;
}
