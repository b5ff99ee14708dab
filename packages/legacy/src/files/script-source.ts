import { BackuperError, type Context } from '@postgres-backuper/base';
import { findPrograms, newestPrograms, type Server } from '@postgres-backuper/postgres';
import { archiveScript } from './archive-script.ts';
import { type OldFile, type OldFileRequest, openOldFile } from './old-file.ts';
import { type Decrypt, type Unpacked, unpack } from './unpack.ts';

/** A dump as SQL, which can be read more than once. */
export interface ScriptSource {
  /** For people. */
  readonly name: string;
  /** `text`, or an archive that pg_restore converts to SQL. */
  readonly kind: Unpacked['kind'] | 'directory';
  readonly file: OldFile;
  /** From the beginning. Errors: object-altered, those of the file and of pg_restore. */
  read(): AsyncIterable<Buffer>;
}

/**
 * Opens a dump, plain or packed, or an archive of pg_dump. Errors: object-altered, object-too-large,
 * usage-invalid, program-missing, those of the storage and of the keys.
 */
export async function openScriptSource(
  request: ScriptRequest,
  server: Server,
  context: Context,
): Promise<ScriptSource> {
  const file = await openOldFile(request, context);
  const unpacked = file.isDirectory ? undefined : await unpack(file, request.decrypt);
  if (unpacked?.kind === 'text') return { name: file.source, kind: 'text', file, read: unpacked.bytes };
  const programs = newestPrograms(await findPrograms(server, context));
  const archive = { file, unpacked, programs, server };
  const kind = unpacked?.kind ?? 'directory';
  return { name: file.source, kind, file, read: () => archiveScript(archive, context) };
}

/** A file, and how it is decrypted. */
export interface ScriptRequest extends OldFileRequest {
  readonly decrypt?: Decrypt | undefined;
}

/** Counts what is read, and reports it; a cancel ends the reading. */
export function createMeter({ emit, clock, signal }: Pick<Context, 'emit' | 'clock' | 'signal'>) {
  const begunAt = clock.elapsed();
  let reportedAt = begunAt;
  let rawBytes = 0;
  return {
    /** Bytes of the last reading. */
    bytes: () => rawBytes,
    async *read(source: Pick<ScriptSource, 'name' | 'read'>): AsyncGenerator<Buffer> {
      rawBytes = 0;
      for await (const chunk of source.read()) {
        signal.throwIfAborted();
        rawBytes += chunk.length;
        if (clock.elapsed() - reportedAt > 500) {
          reportedAt = clock.elapsed();
          const counts = { rawBytes, storedBytes: 0, tablesDone: 0, tablesTotal: 0 };
          emit({ type: 'progress', progress: { ...counts, elapsedMs: reportedAt - begunAt } });
        }
        yield chunk;
      }
      if (rawBytes === 0) throw empty(source.name);
    },
  };
}

function empty(name: string): BackuperError {
  return new BackuperError('object-altered', `'${name}' is empty`, {
    hint: 'the dump failed when it was made: use an older one',
  });
}
