import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import { createEmptyDatabase, databaseExists, dropCreated } from './postgres/create-database.ts';
import { findPrograms, fittingPrograms, newestPrograms } from './postgres/programs.ts';
import { openMaintenanceSession } from './postgres/psql.ts';
import { loadScript } from './postgres/run-script.ts';
import type { Client, Server } from './postgres/server.ts';
import type { Repository } from './repository/repository.ts';

/** A plain dump lies in the storage as one object: larger ones must be copied to a file first, bytes. */
const OBJECT_MAX_BYTES = 2 * 1024 * 1024 * 1024 - 1;
/** What pg_dump writes last, near the end: a failed `pg_dump | gzip` leaves a good gzip file without it. */
const LAST_LINE = '-- PostgreSQL database dump complete';
const TAIL_BYTES = 4096;
/** pg_dump 17 and newer write it whatever the server is; older servers do not know it, and nothing is lost. */
const UNKNOWN_BEFORE_17 = 'SET transaction_timeout = 0;';

export interface LegacyRestoreRequest {
  /** A path, or a key in the repository's storage: `backup_20240315_120000.sql.gz`, or without `.gz`. */
  readonly source: string;
  /** The new database. */
  readonly into: string;
  readonly maintenanceDatabases: readonly string[];
}

export interface LegacyRestoreResult {
  readonly source: string;
  readonly database: string;
  /** Of the script, decompressed. */
  readonly bytes: number;
  readonly durationMs: number;
}

/**
 * Loads a plain dump of the original shell scripts into a database that it creates; the first error of psql ends it and
 * drops the database. The script runs as it is, with the rights of the role and, by psql's own commands, of this
 * process: only files that one trusts may be given. Errors: object-missing, object-altered (no complete gzip, or not the end of a dump),
 * restore-failed, database-exists.
 */
export async function restoreLegacy(
  request: LegacyRestoreRequest,
  { server, repository }: { readonly server: Server; readonly repository?: Repository },
  context: Context,
): Promise<LegacyRestoreResult> {
  const begunAt = context.clock.elapsed();
  const script = await openScript(request.source, repository, context);
  const { client, major } = await prepareClient(request, server, context);
  const { into: name, maintenanceDatabases } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const session = await openMaintenanceSession(client, maintenanceDatabases, context);
  await createEmptyDatabase(session, name).finally(() => session.close());
  context.emit({ type: 'phase', phase: 'data', text: `loading '${basename(request.source)}'` });
  const counted = count(major < 17 ? withoutTimeout(script) : script, request.source, context);
  try {
    await loadScript(client, { database: name, script: counted.chunks, what: request.source }, context);
  } catch (error) {
    const left = await dropCreated(client, { name, maintenanceDatabases }, context);
    if (left !== undefined) context.emit({ type: 'warning', text: left });
    throw error;
  }
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  return { source: request.source, database: name, bytes: counted.bytes(), durationMs };
}

async function prepareClient(
  { into, maintenanceDatabases }: LegacyRestoreRequest,
  server: Server,
  context: Context,
): Promise<{ readonly client: Client; readonly major: number }> {
  const found = await findPrograms(server, context);
  const newest = found.at(-1) ?? (await newestPrograms(server, context));
  const session = await openMaintenanceSession({ server, programs: newest }, maintenanceDatabases, context);
  try {
    const rows = await session.query<{ name: string; major: number }>(
      "SELECT datname AS name, current_setting('server_version_num')::int / 10000 AS major FROM pg_catalog.pg_database",
    );
    if (rows.some((row) => row.name === into)) throw databaseExists(into);
    const major = rows[0]?.major ?? 0;
    const programs = newest.major >= major ? fittingPrograms(found, major) : newest;
    return { client: { server, programs }, major };
  } finally {
    await session.close();
  }
}

async function openScript(
  source: string,
  repository: Repository | undefined,
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
  const bytes = await repository.storage.get(source, { maxBytes: OBJECT_MAX_BYTES, signal });
  return unpacked(Readable.from([Buffer.from(bytes)]), source);
}

function unpacked(stream: Readable, source: string): AsyncIterable<Buffer> {
  if (!source.endsWith('.gz')) return stream;
  const gunzip = createGunzip();
  stream.once('error', (error) => gunzip.destroy(error));
  return stream.pipe(gunzip);
}

async function* withoutTimeout(script: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of script) {
    const at = isFirst ? chunk.indexOf(UNKNOWN_BEFORE_17) : -1;
    isFirst = false;
    if (at >= 0) chunk.fill(' ', at, at + UNKNOWN_BEFORE_17.length);
    yield chunk;
  }
}

/** Errors of gunzip become ours. */
function count(script: AsyncIterable<Buffer>, source: string, { emit, clock }: Context) {
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
