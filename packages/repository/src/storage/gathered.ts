import { hash } from 'node:crypto';
import { noting } from '@postgres-backuper/base';
import { GATHERED_MAX_BYTES, parseGatheredKey, readGatheredCommits } from '@postgres-backuper/format';
import { optionalMethods } from './optional-methods.ts';
import type { GetOptions, Storage, StoredObject } from './storage.ts';

/** The folder, and what is in it. */
const SMALL = /^(.*\/backups\/)([^/]+\.json(?:\.sig)?)$/;

/**
 * The same storage, but a commit or signature may come from an object in which many were gathered, with one request for
 * all of them. Nothing there is believed: bytes count only if a listing through this wrapper showed their size and MD5
 * for the object itself. What is missing, damaged or different there, and what is asked for `fresh`, is read itself.
 */
export function gathered(storage: Storage): Storage {
  const seen = createSeen();
  const reading = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();
  const open = (key: string, { signal }: GetOptions) => {
    const begun = reading.get(key) ?? read(storage, key, signal);
    reading.set(key, begun);
    return begun;
  };
  return {
    location: storage.location,
    get listsMd5() {
      return storage.listsMd5;
    },
    put: (key, body, options) => storage.put(key, body, options),
    async get(key, options) {
      const place = options.fresh === true ? undefined : seen.placeOf(key);
      if (place === undefined) return storage.get(key, options);
      const body = (await open(place.gatheredIn, options)).get(place.file);
      const isSame = body !== undefined && body.length <= options.maxBytes && isAsListed(body, place.listed);
      options.signal?.throwIfAborted();
      return isSame ? body : storage.get(key, options);
    },
    list: (prefix, options) => noting(storage.list(prefix, options), seen.note),
    folders: (prefix, options) => storage.folders(prefix, options),
    remove: (keys, options) => storage.remove(keys, options),
    ...optionalMethods(storage),
  };
}

/** Empty for one that cannot be read. */
async function read(
  storage: Storage,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, Buffer>> {
  try {
    const objects = await readGatheredCommits(await storage.get(key, { maxBytes: GATHERED_MAX_BYTES, signal }));
    return new Map(objects.map(({ object, text }) => [object, Buffer.from(text, 'utf8')]));
  } catch {
    return new Map();
  }
}

function isAsListed(body: Uint8Array, { sizeBytes, md5 }: StoredObject): boolean {
  return body.length === sizeBytes && md5 === hash('md5', body);
}

interface Place {
  readonly file: string;
  readonly listed: StoredObject;
  readonly gatheredIn: string;
}

/** What listings showed. */
function createSeen() {
  const listed = new Map<string, StoredObject>();
  const labels = new Map<string, string[]>();
  return {
    note(object: StoredObject): void {
      if (object.md5 === undefined) return;
      if (SMALL.test(object.key)) listed.set(object.key, object);
      if (parseGatheredKey(object.key) === undefined) return;
      const folder = object.key.slice(0, object.key.lastIndexOf('/') + 1);
      labels.set(folder, [...new Set([...(labels.get(folder) ?? []), object.key])].sort());
    },
    /** Where a copy can be: an older one is in the first that is named after a backup not older than it. */
    placeOf(key: string): Place | undefined {
      const [, folder = '', file = ''] = SMALL.exec(key) ?? [];
      const object = listed.get(key);
      const label = file.split('.', 1)[0] ?? '';
      const gatheredIn = labels.get(folder)?.find((one) => one >= `${folder}${label}`);
      return object === undefined || gatheredIn === undefined ? undefined : { file, listed: object, gatheredIn };
    },
  };
}
