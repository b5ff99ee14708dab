export { policyText } from './policy-text.ts';

/*
 * What an access key must be allowed to do, in Amazon's language. docs/iam.md and `setup-bucket` are made of these.
 */

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringLike: { readonly 's3:prefix': readonly string[] } };
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** Where a repository is. */
export interface PolicyPlace {
  readonly bucket: string;
  /** Folder of the repository, '' or ending in '/'. */
  readonly folder: string;
  /** e.g. `aws-cn`. */
  readonly partition: string;
}

/** What the jobs do besides the least. */
export interface Extras {
  /** The backups are differentials. */
  readonly incremental: boolean;
  /** New objects get tags. */
  readonly tags: boolean;
  /** Everything that the page recommends. */
  readonly recommended: boolean;
}

export function policyFor(job: Job, place: PolicyPlace, extras: Extras): Policy {
  const { least, besides } = rightsOf(job, place);
  const wanted = besides.filter(({ Sid }) => extras.recommended || (extras.incremental && Sid === 'ReadFull'));
  return policyOf([...least, ...wanted].map((one) => (extras.tags ? tagging(one) : one)));
}

export function policyOf(statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements };
}

export interface Rights {
  readonly least: readonly Statement[];
  /** What the page recommends, in its order. */
  readonly besides: readonly Statement[];
}

export function rightsOf(job: Job, place: PolicyPlace): Rights {
  return RIGHTS[job](place);
}

const RIGHTS = {
  backup: (place: PolicyPlace): Rights => ({
    least: [statement('Store', place, ['s3:PutObject', '*']), listing('Confirm', place)],
    besides: [
      statement('ReadBack', place, ['s3:GetObject', '*']),
      statement('ReadFull', place, [
        ...(['s3:GetObject', '*/backups/*', '*/data/*/objects.json.zst', '*/data/*/index.bin'] as const),
      ]),
    ],
  }),
  restore: (place: PolicyPlace): Rights => ({
    least: [statement('Read', place, ['s3:GetObject', '*']), listing('Find', place)],
    besides: [statement('Record', place, ['s3:PutObject', '*/records/*', '*/log/*'])],
  }),
  prune: (place: PolicyPlace): Rights => ({
    least: [
      listing('Find', place),
      statement('ReadCommits', place, ['s3:GetObject', '*/backups/*']),
      statement('Remove', place, ['s3:DeleteObject', '*']),
    ],
    besides: [
      statement('Probe', place, ['s3:PutObject', '*/probe/*', '*/records/*', '*/log/*']),
      statement('ReadRecords', place, ['s3:GetObject', '*/records/*']),
      statement('ReadLists', place, ['s3:GetObject', '*/data/*/objects.json.zst']),
    ],
  }),
  'setup-bucket': (place: PolicyPlace): Rights => ({
    least: [ofBucket('SetUp', place, ['GetBucketVersioning', 'PutBucketVersioning', ...LIFECYCLE])],
    besides: [ofBucket('Create', place, ['CreateBucket'])],
  }),
};

/** The jobs that get keys of their own, in the order of the page. */
export const JOBS = Object.keys(RIGHTS) as readonly Job[];
export type Job = keyof typeof RIGHTS;

function statement(Sid: string, place: PolicyPlace, [action, ...ends]: readonly [string, ...string[]]): Statement {
  const Resource = ends.map((end) => arn(place, `/${place.folder}${end}`));
  return { Sid, Effect: 'Allow', Action: [action], Resource };
}

const LIFECYCLE = ['GetLifecycleConfiguration', 'PutLifecycleConfiguration'];

function ofBucket(Sid: string, place: PolicyPlace, actions: readonly string[]): Statement {
  return { Sid, Effect: 'Allow', Action: actions.map((action) => `s3:${action}`), Resource: [arn(place)] };
}

/** A repository in the root of its bucket has no prefix to which the listing could be held. */
function listing(Sid: string, place: PolicyPlace): Statement {
  const all = ofBucket(Sid, place, ['ListBucket']);
  if (place.folder === '') return all;
  return { ...all, Condition: { StringLike: { 's3:prefix': [`${place.folder}*`] } } };
}

function arn({ partition, bucket }: PolicyPlace, path = ''): string {
  return `arn:${partition}:s3:::${bucket}${path}`;
}

function tagging(statement: Statement): Statement {
  const { Action } = statement;
  return Action.includes('s3:PutObject') ? { ...statement, Action: [...Action, 's3:PutObjectTagging'] } : statement;
}
