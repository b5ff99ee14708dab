import type { SetupBucketResult } from '@postgres-backuper/hosts';
import { type Resolved, say, settingsError } from '@postgres-backuper/options';
import { JOBS } from '@postgres-backuper/storage-s3/policies';
import type { Command } from '../command.ts';
import { setupBucketText } from '../print/setup-bucket.ts';
import { checkedPlaces } from '../services/repositories.ts';
import { storageKind } from '../storages/storages.ts';

/** Prints the policies of the keys to a bucket, or sets the bucket up. */
export const runSetupBucket: Command<'setup-bucket'> = async ({ resolved, environment, positionals, context }) => {
  const [job] = positionals;
  const [place, ...others] = checkedPlaces(resolved, environment);
  if (place === undefined || others.length > 0) throw oneRepository();
  refuseWords(resolved, job);
  const { location, settings } = place;
  const setup = await storageKind(location)?.bucketSetup?.({ location, settings, environment, clock: context.clock });
  if (setup === undefined) throw noBucket(location);
  const { apply, recommended, incremental, s3Tag = [], createBucket: create, noncurrentDays } = resolved.settings;
  const applied = apply ? await setup.apply({ create, noncurrentDays }, context) : null;
  const all = setup.policies({ recommended, incremental, tags: s3Tag.length > 0 });
  const policies = all.filter((one) => job === undefined || one.job === job);
  const result: SetupBucketResult = { location: setup.location, policies, applied };
  return { result, text: setupBucketText(result, job) };
};

function refuseWords({ settings }: Resolved<'setup-bucket'>, job: string | undefined): void {
  const { apply, createBucket, noncurrentDays } = settings;
  if (job !== undefined && !JOBS.some((one) => one === job)) {
    throw settingsError(['there is no such policy'], `name ${JOBS.slice(0, -1).join(', ')} or ${JOBS.at(-1)}`);
  }
  if (job !== undefined && apply) {
    const problem = `the policy of one job is named together with ${say.option('apply')}`;
    throw settingsError([problem], 'leave out one of them: the policies are printed, the bucket is set up once');
  }
  const without = [
    createBucket && say.given('createBucket'),
    noncurrentDays !== undefined && say.given('noncurrentDays'),
  ];
  const given = without.filter((one) => one !== false);
  if (apply || given.length === 0) return;
  throw settingsError(
    given.map((one) => `${one} is given without ${say.option('apply')}`),
    'without it nothing is changed',
  );
}

function oneRepository() {
  const hint = `name it with ${say.option('repository')}; for several, begin once for each`;
  return settingsError(['one repository is set up at a time'], hint);
}

function noBucket(location: string) {
  const hint =
    'there the rights are those of files: one user for the backups, and folders that nobody else can write to';
  return settingsError([`'${location}' is not in an S3 bucket, which alone has policies and lifecycle rules`], hint);
}
