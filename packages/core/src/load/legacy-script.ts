import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Context } from '../context.ts';
import { BackuperError, isBackuperError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';

/** A plain dump lies in the storage as one object: larger ones must be copied to a file first, bytes. */
const OBJECT_MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1;
/** What pg_dump writes last, near the end: a failed `pg_dump | gzip` leaves a good gzip file without it. */
const LAST_LINE = '-- PostgreSQL database dump complete';
const TAIL_BYTES = 4096;
/** pg_dump 17 and newer write it whatever the server is; older servers do not know it, and nothing is lost. */
const UNKNOWN_BEFORE_17 = 'SET transaction_timeout = 0;';

/** The script as plain SQL, from a path, or from the storage by its key. Errors: object-missing. */
export async function openScript(
  source: string,
  repository: Pick<Repository, 'storage'> | undefined,
  { signal }: Context,
): Promise<AsyncIterable<Buffer>> {
  const isFile = await access(source).then(
    () => true,
    () => false,
  );
  if (isFile) return unpacked(createReadStream(source), source);
  if (repository === undefined) {
    throw new BackuperError('object-missing', `there is no file '${source}'`, { hint: 'check the path' });
  }
  const options = { maxBytes: OBJECT_MAX_BYTES, signal };
  const bytes = await repository.storage.get(source, options).catch((error: unknown) => {
    // the original scripts stored below this folder of the bucket
    if (source.includes('/') || !isBackuperError(error, 'object-missing')) throw error;
    return repository.storage.get(`backups/${source}`, options);
  });
  return unpacked(Readable.from([Buffer.from(bytes)]), source);
}

function unpacked(stream: Readable, source: string): AsyncIterable<Buffer> {
  if (!source.endsWith('.gz')) return stream;
  const gunzip = createGunzip();
  stream.once('error', (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

/** The script without the one statement that an older server refuses. */
export async function* withoutTimeout(script: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of script) {
    const at = isFirst ? chunk.indexOf(UNKNOWN_BEFORE_17) : -1;
    isFirst = false;
    if (at >= 0) chunk.fill(' ', at, at + UNKNOWN_BEFORE_17.length);
    yield chunk;
  }
}

/** Counts and tells; an incomplete script ends with object-altered, before its end reaches psql. */
export function countScript(script: AsyncIterable<Buffer>, source: string, { emit, clock }: Context) {
  const begunAt = clock.elapsed();
  let bytes = 0;
  let toldAt = begunAt;
  let tail = Buffer.alloc(0);
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of script) {
        bytes += chunk.length;
        tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
        if (clock.elapsed() - toldAt > 500) {
          toldAt = clock.elapsed();
          const counts = { rawBytes: bytes, storedBytes: 0, tablesDone: 0, tablesTotal: 0 };
          emit({ type: 'progress', progress: { ...counts, elapsedMs: toldAt - begunAt } });
        }
        yield chunk;
      }
    } catch (cause) {
      throw new BackuperError('object-altered', `'${source}' is no complete gzip file`, {
        hint: 'copy it again, or use an older one',
        cause,
      });
    }
    if (tail.includes(LAST_LINE)) return;
    throw new BackuperError('object-altered', `'${source}' is incomplete: the last line of a dump is missing`, {
      hint: 'pg_dump failed when it was made: use an older one',
    });
  }
  return { chunks: chunks(), bytes: () => bytes };
}
