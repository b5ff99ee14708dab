import type { Bucket, How, Request } from './bucket.ts';

/** Most keys of one DeleteObjects. */
const PAGE = 1000;
/** Single deletes at once. */
const AT_ONCE = 8;
/** So few keys are removed one by one: to load the SDK for DeleteObjects takes more processor time. */
const FEW = 16;

/** Removes objects in pages of 1000; missing ones are no error. */
export async function removeObjects(bucket: Bucket, keys: readonly string[], signal?: AbortSignal): Promise<void> {
  for (let start = 0; start < keys.length; start += PAGE) {
    const page = keys.slice(start, start + PAGE);
    if (!(await removeTogether(bucket, page, signal))) await removeSingly(bucket, page, signal);
  }
}

/** False if the server refuses such requests. The first key that cannot be removed is an error. */
function removeTogether(bucket: Bucket, keys: readonly string[], signal?: AbortSignal): Promise<boolean> {
  return bucket.attempt(requestFor(keys, signal), async (how) => {
    if (keys.length <= FEW && (await removeDirectly(bucket, keys, how))) return true;
    const { client, DeleteObjectsCommand } = await bucket.sdk();
    const Objects = keys.map((key) => ({ Key: bucket.keyOf(key) }));
    const input = { Bucket: bucket.settings.bucket, Delete: { Objects, Quiet: true } };
    try {
      const { Errors = [] } = await client.send(new DeleteObjectsCommand(input), how);
      const [first] = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
      if (first === undefined) return true;
      throw Object.assign(new Error(first.Message ?? ''), { name: first.Code ?? 'UnknownError' });
    } catch (error) {
      const { name = '' } = error as { name?: string };
      if (/^(NotImplemented|MethodNotAllowed|InvalidRequest|InvalidArgument|MissingContentMD5)$/.test(name))
        return false;
      throw error;
    }
  });
}

/** False: the SDK must ask, also for those that are removed by now. */
async function removeDirectly(
  { direct, settings, keyOf }: Bucket,
  keys: readonly string[],
  how: How,
): Promise<boolean> {
  if (direct === undefined) return false;
  const removeOne = async (key: string): Promise<boolean> => {
    settings.onRequest?.('DeleteObject');
    const answer = await direct({ method: 'DELETE', fullKey: keyOf(key), accepts: [204] }, how);
    answer?.resume();
    return answer !== undefined;
  };
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const removed = await Promise.all(keys.slice(start, start + AT_ONCE).map(removeOne));
    if (removed.includes(false)) return false;
  }
  return true;
}

async function removeSingly(bucket: Bucket, keys: readonly string[], signal?: AbortSignal): Promise<void> {
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    await Promise.all(some.map((key) => removeOne(bucket, key, signal)));
  }
}

function removeOne(bucket: Bucket, key: string, signal?: AbortSignal): Promise<unknown> {
  const input = { Bucket: bucket.settings.bucket, Key: bucket.keyOf(key) };
  return bucket.call(requestFor([key], signal), async (client, how) => {
    const { DeleteObjectCommand } = await bucket.sdk();
    return client.send(new DeleteObjectCommand(input), how);
  });
}

function requestFor(keys: readonly string[], signal?: AbortSignal): Request {
  const more = keys.length > 1 ? ` and ${keys.length - 1} more` : '';
  return { what: `remove '${keys[0]}'${more}`, action: 's3:DeleteObject', signal };
}
