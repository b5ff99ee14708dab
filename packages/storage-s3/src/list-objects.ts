import { BackuperError, paged } from '@postgres-backuper/base';
import type { StoredObject } from '@postgres-backuper/repository';
import { type Bucket, type How, noAnswer } from './bucket.ts';
import type { ETags } from './etags.ts';
import { type ListingPage, parseListing } from './parse-listing.ts';
import { readText } from './read-text.ts';

/** More than a page of 1000 keys can have. */
const PAGE_BYTES = 16 * 1024 ** 2;

export interface List {
  readonly bucket: Bucket;
  readonly etags: ETags;
  readonly prefix: string;
  readonly after?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Objects of a prefix, page by page; a page may be short or empty without being the last one. */
export function listObjects(list: List): AsyncIterable<StoredObject> {
  return paged(() => objectPages(list));
}

async function* objectPages(list: List): AsyncGenerator<readonly StoredObject[]> {
  const root = list.bucket.keyOf('').length;
  let last = list.after ?? '';
  for await (const page of pages(list)) {
    const objects: StoredObject[] = [];
    for (const { sizeBytes, storedAt, etag, ...object } of page.objects) {
      const key = object.key.slice(root);
      if (!isKey(key)) continue;
      if (!isBehind(key, last)) throw outOfOrder(list, key);
      last = key;
      const md5 = list.etags.md5Of(etag);
      // an ETag changes with the content, encrypted or not
      const identity = etag && `${etag} ${sizeBytes} ${storedAt}`;
      objects.push({ key, sizeBytes, storedAt, ...(md5 && { md5 }), ...(identity && { identity }) });
    }
    yield objects;
  }
}

/** Names of the folders right below a prefix. */
export async function* listFolders(list: List): AsyncGenerator<string> {
  const start = list.bucket.keyOf(list.prefix).length;
  for await (const page of pages(list, '/')) {
    for (const prefix of page.prefixes) {
      const name = prefix.slice(start, -1);
      if (isKey(name)) yield name;
    }
  }
}

async function* pages(list: List, delimiter?: string): AsyncGenerator<ListingPage> {
  const { bucket, prefix, signal } = list;
  let token: string | undefined;
  do {
    const asked = { ...list, delimiter, token };
    const page = await bucket.attempt(
      { what: `list '${prefix}'`, action: 's3:ListBucket', signal },
      async (how) => (await listDirectly(asked, how)) ?? listBySdk(asked, how),
    );
    yield page;
    if (page.next !== undefined && page.next === token) throw outOfOrder(list, page.next);
    token = page.next;
  } while (token !== undefined);
}

interface AskedPage extends List {
  readonly delimiter: string | undefined;
  readonly token: string | undefined;
}

/** Undefined: the SDK must ask. */
async function listDirectly(page: AskedPage, how: How): Promise<ListingPage | undefined> {
  const { bucket, prefix, after, delimiter, token } = page;
  if (bucket.direct === undefined) return undefined;
  bucket.settings.onRequest?.('ListObjectsV2');
  const query = {
    'list-type': '2',
    prefix: bucket.keyOf(prefix),
    delimiter,
    'start-after': after ? bucket.keyOf(after) : undefined,
    'continuation-token': token,
  };
  const answer = await bucket.direct({ method: 'GET', query, accepts: [200] }, how);
  const text = answer && (await readText(answer, { ...how, maxBytes: PAGE_BYTES }));
  return text === undefined ? undefined : parseListing(text);
}

async function listBySdk({ bucket, prefix, after, delimiter, token }: AskedPage, how: How): Promise<ListingPage> {
  const { client, ListObjectsV2Command } = await bucket.sdk();
  const command = new ListObjectsV2Command({
    Bucket: bucket.settings.bucket,
    Prefix: bucket.keyOf(prefix),
    Delimiter: delimiter,
    StartAfter: after ? bucket.keyOf(after) : undefined,
    ContinuationToken: token,
  });
  const page = await client.send(command, how);
  if (page.Name === undefined && page.IsTruncated === undefined) throw noAnswer(bucket, 'a listing');
  return {
    objects: (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified, ETag }) => ({
      ...{ key: Key, sizeBytes: Size, storedAt: LastModified?.getTime() ?? 0, etag: ETag },
    })),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
    next: page.IsTruncated ? page.NextContinuationToken : undefined,
  };
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
