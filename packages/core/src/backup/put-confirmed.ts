import { BackuperError, type Context, isBackuperError, say, toBackuperError } from '@postgres-backuper/base';
import type { CallOptions, Storage } from '@postgres-backuper/repository';

/** Pauses before the looks at an object that is not there yet, milliseconds: gateways in front of a storage may be late. */
const PAUSES_MS = [0, 500, 1500];

export interface SmallObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** `listed`: it is listed with its size, and the role may not read it. `unknown`: the storage does not say. */
type Found = 'same' | 'other' | 'listed' | 'absent' | 'unknown';

/**
 * Stores an object and looks for it, whatever the storage answered: what counts is what is there. Returns a warning when
 * it is there after an error, or could only be listed. Errors: that of the storage when nothing is there; object-missing
 * when it is missing though the storage took it; object-altered; commit-unknown when nobody can tell.
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

/** What lies at the object's key now. Never fails, but for an abort. */
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
