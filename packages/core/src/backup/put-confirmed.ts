import { BackuperError, type Context, isBackuperError, say, toBackuperError } from '@postgres-backuper/base';
import type { CallOptions, Storage } from '@postgres-backuper/repository';

/** Pauses before each look for an object that is not visible yet, milliseconds: gateways may show it late. */
const PAUSES_MS = [0, 500, 1500];

export interface SmallObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** `listed`: with the right size, but the role may not read it. `unknown`: the storage gave no answer. */
type Found = 'same' | 'other' | 'listed' | 'absent' | 'unknown';

/**
 * Stores an object, then looks for it, even after an error of the storage. Returns a warning when it exists in spite of
 * an error, or could only be listed. Errors: that of the storage when the object does not exist; object-missing when it
 * does not exist though the storage reported success; object-altered; commit-unknown when that cannot be found out.
 */
export async function putConfirmed(
  storage: Storage,
  object: SmallObject,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<string | undefined> {
  const { signal } = context;
  const refusal = await storage.put(object.key, object.bytes, { signal }).then(() => undefined, toBackuperError);
  signal.throwIfAborted();
  const place = `'${object.key}' in '${storage.location}'`;
  const found = await lookPatiently(storage, object, context);
  switch (found) {
    case 'same':
      return refusal && `${place} is there, though storing it ended with an error: ${refusal.message}`;
    case 'listed':
      if (refusal === undefined) return `${place} could be listed, but not read back: the role may not read`;
      return `${place} is listed, though storing it ended with an error: ${refusal.message}`;
    case 'absent':
      throw refusal ?? missing(place);
    case 'other':
      throw refusal ?? altered(place);
    case 'unknown':
      throw unknown(place, refusal);
  }
}

async function lookPatiently(
  storage: Storage,
  object: SmallObject,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<Found> {
  let found: Found = 'absent';
  for (const pauseMs of PAUSES_MS) {
    if (pauseMs > 0) await clock.sleep(pauseMs, { signal });
    found = await look(storage, object, { signal });
    if (found !== 'absent') return found;
  }
  return found;
}

/** What is stored under the object's key now. Throws only when aborted. */
export async function look(
  storage: Storage,
  object: SmallObject,
  { signal }: { readonly signal: AbortSignal },
): Promise<Found> {
  const { key, bytes } = object;
  try {
    const stored = await storage.get(key, { maxBytes: bytes.length, fresh: true, signal });
    return Buffer.compare(stored, bytes) === 0 ? 'same' : 'other';
  } catch (error) {
    signal.throwIfAborted();
    if (isBackuperError(error, 'object-missing')) return 'absent';
    if (isBackuperError(error, 'object-too-large')) return 'other';
    if (!isBackuperError(error, 'storage-denied')) return 'unknown';
    return lookInListing(storage, object, { signal });
  }
}

async function lookInListing(storage: Storage, { key, bytes }: SmallObject, options: CallOptions): Promise<Found> {
  try {
    for await (const object of storage.list(key, options)) {
      if (object.key === key) return object.sizeBytes === bytes.length ? 'listed' : 'other';
    }
    return 'absent';
  } catch {
    options.signal?.throwIfAborted();
    return 'unknown';
  }
}

function missing(place: string): BackuperError {
  return new BackuperError('object-missing', `${place} is not there, though the storage said that it was stored`, {
    hint: 'check the storage, or the gateway before it, and run the backup again',
  });
}

function altered(place: string): BackuperError {
  return new BackuperError('object-altered', `${place} is not stored as it was sent`, {
    hint: 'check the storage, or the gateway before it, and run the backup again',
  });
}

function unknown(place: string, refusal: BackuperError | undefined): BackuperError {
  const why = refusal === undefined ? 'the storage accepted it, and could not be asked again' : refusal.message;
  return new BackuperError('commit-unknown', `it is unknown whether ${place} was stored: ${why}`, {
    hint: `look with ${say.command('list')}, which shows the backup if it is there; another run makes another backup in any case`,
  });
}
