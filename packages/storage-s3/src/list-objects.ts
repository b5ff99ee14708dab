import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { BackuperError } from '@postgres-backuper/base';
import type { StoredObject } from '@postgres-backuper/repository';
import { type Bucket, noAnswer } from './bucket.ts';
import type { ETags } from './etags.ts';

export interface List {
  readonly bucket: Bucket;
  readonly etags: ETags;
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Objects of a prefix, page by page; a page may be short or empty without being the last one. */
export async function* listObjects(list: List): AsyncGenerator<StoredObject> {
  const root = list.bucket.keyOf('').length;
  let last = list.after ?? '';
  for await (const page of pages(list)) {
    for (const { Key = '', Size = 0, LastModified, ETag } of page.Contents ?? []) {
      const key = Key.slice(root);
      if (!isKey(key)) continue;
      if (!isBehind(key, last)) throw outOfOrder(list, key);
      last = key;
      const storedAt = LastModified?.getTime() ?? 0;
      const md5 = list.etags.md5Of(ETag);
      // an ETag changes with the content, encrypted or not
      const identity = ETag && `${ETag} ${Size} ${storedAt}`;
      yield { key, sizeBytes: Size, storedAt, ...(md5 && { md5 }), ...(identity && { identity }) };
    }
  }
}

/** Names of the folders right below a prefix. */
export async function* listFolders(list: List): AsyncGenerator<string> {
  const start = list.bucket.keyOf(list.prefix).length;
  for await (const page of pages(list, '/')) {
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) {
      const name = Prefix.slice(start, -1);
      if (isKey(name)) yield name;
    }
  }
}

async function* pages(list: List, delimiter?: string): AsyncGenerator<ListObjectsV2CommandOutput> {
  const { bucket, prefix, after, signal } = list;
  const fixed = {
    Bucket: bucket.settings.bucket,
    Prefix: bucket.keyOf(prefix),
    Delimiter: delimiter,
    StartAfter: after ? bucket.keyOf(after) : undefined,
  };
  let token: string | undefined;
  do {
    const input = { ...fixed, ContinuationToken: token };
    const page: ListObjectsV2CommandOutput = await bucket.call(
      { what: `list '${prefix}'`, action: 's3:ListBucket', signal },
      (client, how) => client.send(new ListObjectsV2Command(input), how),
    );
    if (page.Name === undefined && page.IsTruncated === undefined) throw noAnswer(bucket, 'a listing');
    yield page;
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (next !== undefined && next === token) throw outOfOrder(list, next);
    token = next;
  } while (token !== undefined);
}

/** In byte order; or, for SeaweedFS, in the order of the components of the path (as if '/' came before all letters). */
function isBehind(key: string, last: string): boolean {
  return key > last || key.replaceAll('/', '\0') > last.replaceAll('/', '\0');
}

/** Foreign objects in the bucket are ignored, also the empty objects that represent folders. */
function isKey(key: string): boolean {
  return /^[A-Za-z0-9._=/-]+$/.test(key) && !key.endsWith('/');
}

function outOfOrder({ bucket }: List, at: string): BackuperError {
  return new BackuperError('storage-failed', `'${bucket.location}' lists its keys out of order, at '${at}'`, {
    hint: 'use a general-purpose bucket: directory buckets do not list in order',
  });
}
