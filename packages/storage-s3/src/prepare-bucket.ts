import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Remark } from '@postgres-backuper/repository';
import type { Bucket } from './bucket.ts';
import { readBucketSettings } from './bucket-settings.ts';
import type { SetupHow, SetupRequest } from './bucket-setup.ts';
import { isAtAmazon, regionOf } from './connection.ts';
import { type Lifecycle, putLifecycle, readLifecycle } from './lifecycle.ts';
import { ruleIdOf, withOwnRule } from './lifecycle-document.ts';
import { judgeSettings } from './remarks.ts';

/** How long what was removed or replaced can be brought back where nothing is said, days. */
const USUAL_DAYS = 30;

/** What was done to the bucket. */
export interface Prepared {
  readonly created: boolean;
  readonly versioning: 'on already' | 'turned on';
  readonly rule: 'added' | 'replaced' | 'kept';
  readonly ruleId: string;
  readonly noncurrentDays: number;
  /** The rules of others, all kept. */
  readonly otherRules: number;
}

/** All is read before anything is changed. A rule that removes nothing comes before the versions that it removes. */
export async function prepareBucket(
  bucket: Bucket,
  request: SetupRequest,
  { signal, emit }: SetupHow,
): Promise<Prepared & { readonly remarks: readonly Remark[] }> {
  const done: string[] = [];
  try {
    const created = await createWhereMissing(bucket, request, signal);
    if (created) done.push('the bucket was made');
    const isVersioned = await readVersioning(bucket, signal);
    const lifecycle = await asSupported(bucket, 'lifecycle rules', () => readLifecycle(bucket, signal));
    const { rules, ...rule } = await addRule(bucket, { lifecycle, noncurrentDays: request.noncurrentDays }, signal);
    if (rule.rule !== 'kept') done.push(`the lifecycle rule '${rule.ruleId}' was ${rule.rule}`);
    if (!isVersioned) await turnVersioningOn(bucket, signal);
    const remarks = await remarksAfter(bucket, rules, signal);
    return { created, versioning: isVersioned ? 'on already' : 'turned on', ...rule, remarks };
  } catch (error) {
    for (const text of done) emit({ type: 'notice', text: `${text} before this failed` });
    throw error;
  }
}

async function createWhereMissing(bucket: Bucket, { create }: SetupRequest, signal?: AbortSignal): Promise<boolean> {
  try {
    await readVersioning(bucket, signal);
    return false;
  } catch (error) {
    if (!isBackuperError(error, 'bucket-missing')) throw error;
    if (create) return makeBucket(bucket, signal);
    const hint = `correct the name of the bucket, or let it be made with ${say.option('createBucket')}`;
    throw new BackuperError('bucket-missing', error.message, { hint });
  }
}

async function makeBucket({ settings, call }: Bucket, signal: AbortSignal | undefined): Promise<true> {
  const region = regionOf(settings);
  const isElsewhere = isAtAmazon(settings) && region !== 'us-east-1';
  const command = new CreateBucketCommand({
    Bucket: settings.bucket,
    ...(isElsewhere ? { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } } : {}),
  });
  await call({ what: 'make the bucket', action: 's3:CreateBucket', signal }, (client, how) =>
    client.send(command, how),
  );
  return true;
}

function readVersioning(bucket: Bucket, signal: AbortSignal | undefined): Promise<boolean> {
  const request = { what: 'ask for the versioning of the bucket', action: 's3:GetBucketVersioning', signal };
  const command = new GetBucketVersioningCommand({ Bucket: bucket.settings.bucket });
  return asSupported(bucket, 'versions', () =>
    bucket.call(request, async (client, how) => (await client.send(command, how)).Status === 'Enabled'),
  );
}

async function turnVersioningOn(bucket: Bucket, signal: AbortSignal | undefined): Promise<void> {
  const request = { what: 'turn versioning of the bucket on', action: 's3:PutBucketVersioning', signal };
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  const command = new PutBucketVersioningCommand({ Bucket: bucket.settings.bucket, VersioningConfiguration });
  await asSupported(bucket, 'versions', () => bucket.call(request, (client, how) => client.send(command, how)));
  if (isAtAmazon(bucket.settings) || (await readVersioning(bucket, signal))) return; // Amazon may show it later
  throw lacks(bucket, 'versions', 'it takes the setting, and does not have it then');
}

interface Rule extends Pick<Prepared, 'rule' | 'ruleId' | 'noncurrentDays' | 'otherRules'> {
  readonly rules: readonly LifecycleRule[];
}

async function addRule(
  bucket: Bucket,
  { lifecycle, noncurrentDays }: { readonly lifecycle: Lifecycle } & Pick<SetupRequest, 'noncurrentDays'>,
  signal: AbortSignal | undefined,
): Promise<Rule> {
  const folder = bucket.keyOf('');
  const ruleId = ruleIdOf(folder);
  const own = lifecycle.rules.find(({ ID }) => ID === ruleId);
  const others = lifecycle.rules.filter((rule) => rule !== own);
  const daysNow = own?.Status === 'Enabled' ? own.NoncurrentVersionExpiration?.NoncurrentDays : undefined;
  const days = noncurrentDays ?? daysNow ?? USUAL_DAYS;
  const rule = own === undefined ? 'added' : daysNow === days ? 'kept' : 'replaced';
  const outcome = { rule, ruleId, noncurrentDays: days, otherRules: others.length } as const;
  if (rule === 'kept') return { ...outcome, rules: lifecycle.rules };
  const document = withOwnRule(lifecycle.document, lifecycle.rules.length, { folder, noncurrentDays: days });
  if (document === undefined) throw strange(bucket);
  await asSupported(bucket, 'lifecycle rules', () =>
    putLifecycle(bucket, { document, minimumSize: lifecycle.minimumSize }, signal),
  );
  const Prefix = folder;
  const made = {
    ID: ruleId,
    Status: 'Enabled',
    Prefix,
    NoncurrentVersionExpiration: { NoncurrentDays: days },
  } as const;
  if (!isAtAmazon(bucket.settings)) await requireRule(bucket, ruleId, signal);
  return { ...outcome, rules: [...others, made] };
}

async function requireRule(bucket: Bucket, ruleId: string, signal: AbortSignal | undefined): Promise<void> {
  const { rules } = await readLifecycle(bucket, signal);
  if (rules.some(({ ID }) => ID === ruleId)) return;
  throw lacks(bucket, 'lifecycle rules', 'it takes a rule, and does not have it then');
}

/** What is left to do, judged by what was set just now, which a server may show later. */
async function remarksAfter(
  bucket: Bucket,
  rules: readonly LifecycleRule[],
  signal: AbortSignal | undefined,
): Promise<readonly Remark[]> {
  const settings = await readBucketSettings(bucket, signal);
  const enabled = rules.filter(({ Status }) => Status === 'Enabled');
  const known = { ...settings, isVersioned: true, rules: enabled };
  return judgeSettings(known, { bucket: bucket.settings.bucket, folder: bucket.keyOf('') });
}

/** Errors: configuration-invalid for a server that does not know the question. */
async function asSupported<T>(bucket: Bucket, what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const said = isBackuperError(error)
      ? /\b(NotImplemented|MethodNotAllowed)\b|HTTP (501|405)\b/.exec(error.message)
      : null;
    if (said === null) throw error;
    throw lacks(bucket, what, said[0]);
  }
}

function lacks({ location }: Bucket, what: string, why: string): BackuperError {
  return new BackuperError('configuration-invalid', `the server of '${location}' has no ${what} of buckets: ${why}`, {
    hint: `protect the repository by the server's own means; the policies are printed without ${say.option('apply')}`,
  });
}

function strange({ location }: Bucket): BackuperError {
  const message = `the lifecycle rules of the bucket of '${location}' are written in a way that is not understood here`;
  return new BackuperError('configuration-invalid', message, {
    hint: 'nothing was changed: add the rule of docs/iam.md by hand',
  });
}
