import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type CommandsThatNeed,
  type SettingsIfOffered,
  type SettingsOf,
  say,
  settingsError,
} from '@postgres-backuper/options';
import type { Storage } from '@postgres-backuper/repository';
import type { S3Settings as BucketSettings, BucketSetup, Endpoint } from '@postgres-backuper/storage-s3';
import type { OpenRequest, StorageKind } from './storage-kind.ts';

/** Commands that store nothing do not offer how it is stored. */
type S3Settings = SettingsOf<CommandsThatNeed<'repository'>> &
  SettingsIfOffered<'s3Sse' | 's3SseKmsKeyId' | 's3StorageClass' | 's3Tag' | 's3MetricsUrl' | 's3MetricsToken'>;

const PARTS = /^(s3:\/\/([^/]+))\/?(.*)$/i;
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i;
const PREFIX = /^[A-Za-z0-9._=/-]*$/;

const PEM = '-----BEGIN CERTIFICATE-----';

/** Folders of a bucket that the original scripts used if MINIO_BACKUP_PATH was unset. */
const USUAL_FOLDERS = ['backups/postgres/', 'backups/', ''];

/** A prefix in a bucket of an S3 server. */
export const S3: StorageKind = {
  endsByItself: true,
  problem(location) {
    const { bucket, rest } = partsOf(location);
    if (BUCKET.test(bucket) && PREFIX.test(rest)) return undefined;
    return ' is not s3://bucket/prefix: a bucket has 3 to 63 characters, both have letters, digits and ._=- only';
  },
  open: openS3,
  bucketSetup,
  oldFolders(location) {
    const { root, rest } = partsOf(location);
    const folder = rest.replace(/\/*$/, '/').replace(/^\//, '');
    return { location: root, address: root, folders: [...new Set([folder, ...USUAL_FOLDERS])] };
  },
  oldFile(text) {
    const { root, bucket, rest } = partsOf(text);
    if (BUCKET.test(bucket) && rest !== '') return { location: root, key: rest };
    throw settingsError(['the file is not s3://bucket/key'], 'give a bucket and a key in it');
  },
};

/** `root` is the URL of the bucket. All are empty if the location is not an S3 URL. */
function partsOf(location: string) {
  const [, root = '', bucket = '', rest = ''] = PARTS.exec(location) ?? [];
  return { root, bucket, rest };
}

async function openS3(request: OpenRequest): Promise<Storage> {
  const { createS3Storage, parseEndpoint } = await import('@postgres-backuper/storage-s3');
  return createS3Storage(settingsOf(request, parseEndpoint));
}

async function bucketSetup(request: OpenRequest): Promise<BucketSetup> {
  const { createBucketSetup, parseEndpoint } = await import('@postgres-backuper/storage-s3');
  return createBucketSetup(settingsOf(request, parseEndpoint));
}

function settingsOf(
  { location, environment, settings: all }: OpenRequest,
  parseEndpoint: (text: string) => Endpoint,
): BucketSettings {
  const settings: S3Settings = all;
  const { bucket, rest: prefix } = partsOf(location);
  return {
    bucket,
    prefix,
    env: environment,
    endpoint: settings.s3Endpoint === undefined ? undefined : parseEndpoint(settings.s3Endpoint),
    region: settings.s3Region,
    forcePathStyle: settings.s3Addressing === undefined ? undefined : settings.s3Addressing === 'path',
    ca: settings.s3Ca === undefined ? undefined : certificates(settings.s3Ca),
    credentials: credentials(settings),
    sse: settings.s3Sse,
    sseKmsKeyId: settings.s3SseKmsKeyId,
    storageClass: settings.s3StorageClass,
    metrics: metricsOf(settings),
    tags: settings.s3Tag === undefined || settings.s3Tag.length === 0 ? undefined : tags(settings.s3Tag),
  };
}

/** Undefined: the AWS credential chain is used. One of the two alone is an error. */
function credentials({ s3AccessKey, s3SecretKey }: S3Settings) {
  if (s3AccessKey !== undefined && s3SecretKey !== undefined) {
    return { accessKeyId: s3AccessKey.reveal(), secretAccessKey: s3SecretKey.reveal() };
  }
  if (s3AccessKey === undefined && s3SecretKey === undefined) return undefined;
  const both = `${say.option('s3AccessKey')} and ${say.option('s3SecretKey')}`;
  const [given, missing] =
    s3AccessKey === undefined ? (['s3SecretKey', 's3AccessKey'] as const) : (['s3AccessKey', 's3SecretKey'] as const);
  throw settingsError([`${say.given(given)} is given without ${say.option(missing)}`], `give ${both}, both or none`);
}

/** Errors: configuration-invalid. */
function certificates(given: string): string {
  const hint = 'give a file with certificates in PEM, as the authority hands them out';
  const wrong = (why: string) => settingsError([`${say.given('s3Ca')} ${why}`], hint);
  let text = given;
  try {
    if (!given.includes(PEM)) text = readFileSync(given, 'utf8');
  } catch (error) {
    throw wrong(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const found = text.split(/(?=-----BEGIN CERTIFICATE-----)/).filter((part) => part.startsWith(PEM));
  try {
    if (found.length > 0 && found.every((part) => new X509Certificate(part))) return text;
  } catch {
    throw wrong('has a certificate that cannot be read');
  }
  throw wrong('holds no certificate');
}

/** Errors: configuration-invalid. */
function metricsOf({ s3MetricsUrl: url, s3MetricsToken }: S3Settings) {
  if (url === undefined) return undefined;
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : {};
  if (/^https?:$/.test(protocol ?? '') && username === '' && password === '') {
    return { url, token: s3MetricsToken?.reveal() };
  }
  const hint = `write e.g. https://minio:9000/minio/v2/metrics/cluster, and a token with ${say.option('s3MetricsToken')}`;
  throw settingsError([`${say.given('s3MetricsUrl')} is no http or https URL without a password`], hint);
}

function tags(texts: readonly string[]): Readonly<Record<string, string>> {
  const wrong = texts.filter((text) => !/^[^=]+=/.test(text));
  if (wrong.length > 0)
    throw settingsError(
      [`${say.given('s3Tag')}: one is not KEY=VALUE`],
      `write e.g. ${say.option('s3Tag', 'team=data')}`,
    );
  return Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
}
