import { BackuperError, type Context } from '@postgres-backuper/base';
import {
  type ArchiveStream,
  type ArchiveToc,
  type Client,
  type DumpOptions,
  dataFileOf,
  dumpDirectory,
  type FileSink,
  type Inventory,
  readRewrittenTables,
  readToc,
  type Session,
  send,
  type Toc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import type { CompleteToc } from './completion.ts';
import type { HolderParts } from './parts/holder-parts.ts';
import type { Sinks } from './sinks.ts';
import type { Tally } from './tally.ts';
import type { Unread } from './unread.ts';

export interface TablesRequest {
  readonly dump: DumpOptions;
  /** Sessions that read tables in parallel. */
  readonly jobs: number;
  readonly inventory: Inventory;
  /** The table of contents of a dump with these options, read while the dump itself reads the catalogs. */
  readonly archive: Promise<ArchiveToc>;
  readonly complete: Promise<CompleteToc | undefined>;
  /** The dump itself, when one session sends everything (`suitsOneStream`). */
  readonly stream: Promise<ArchiveStream> | undefined;
  /** A table of at least this many bytes on disk is read by several sessions; undefined: none. */
  readonly splitFromBytes: number | undefined;
  /** Undefined: all tables are read. */
  readonly unread: Unread | undefined;
  /** Whether the backup has them; in parts they are shared out with the tables. */
  readonly largeObjects: boolean;
  /** Undefined: this run reads all tables itself. */
  readonly parts: HolderParts | undefined;
}

export interface Services {
  readonly sinks: Sinks;
  readonly tally: Tally;
  /** Holds the snapshot. */
  readonly session: Session;
  readonly context: Context;
}

export interface SentTables {
  /** As stored in the backup. */
  readonly toc: Toc;
  /** Oids of tables that were truncated or rewritten between the snapshot and the lock. */
  readonly rewritten: ReadonlySet<string>;
}

export interface Directory extends TablesRequest {
  readonly tocSink: FileSink;
  /** Maps the name of a data file of pg_dump to its name in the backup. */
  readonly nameOf: (fileName: string) => string;
}

/** Sends what pg_dump writes. Returns the oids of tables that were rewritten. Errors: as dumpDirectory. */
export async function runDirectory(
  client: Client,
  { dump, jobs, inventory, archive, tocSink, nameOf }: Directory,
  { sinks, tally, session, context }: Services,
): Promise<ReadonlySet<string>> {
  let rewritten: Promise<ReadonlySet<string>> = Promise.resolve(new Set());
  const directory = {
    ...dump,
    jobs,
    fileNames: archive.then(({ toc }) => dataEntries(toc, inventory).map(dataFileOf)),
    openSink: (name: string) => (name === 'toc.dat' ? tocSink : sinks.openTable(nameOf(name))),
    onWarning: (text: string) => tally.warn(`pg_dump: ${text}`),
    onLocked: () => {
      rewritten = readRewrittenTables(session);
      rewritten.catch(() => undefined); // reported below
    },
  };
  await dumpDirectory(client, directory, context);
  return rewritten;
}

/** Entries with a data file, in the order in which pg_dump's workers take them: by pages, largest first. */
function dataEntries(toc: Toc, inventory: Inventory): TocEntry[] {
  const pages = (entry: TocEntry): number => inventory.tables.get(entry.oid)?.pages ?? 0;
  return toc.entries.filter((entry) => entry.hasData).sort((a, b) => pages(b) - pages(a) || a.dumpId - b.dumpId);
}

/** Sends the table of contents that was read in memory, completed. Errors: as checkToc. */
export async function sendToc(
  bytes: Buffer,
  { archive, complete }: Pick<TablesRequest, 'archive' | 'complete'>,
  { sinks, context }: Pick<Services, 'sinks' | 'context'>,
): Promise<Toc> {
  const toc = checkToc(bytes, await archive);
  const whole = (await complete)?.({ toc, bytes }) ?? { toc, bytes };
  const sink = sinks.openPlain('toc.dat');
  await send(sink, whole.bytes, context.signal);
  sink.end();
  return whole.toc;
}

/** A sink that keeps what it gets. */
export function collector(chunks: Buffer[]): FileSink {
  return {
    take(chunk) {
      chunks.push(Buffer.from(chunk));
      return true;
    },
    room: () => undefined,
    filled: () => undefined,
    end: () => undefined,
  };
}

/** The final table of contents must name exactly the files that were read. */
export function checkToc(bytes: Buffer, archive: ArchiveToc): Toc {
  const expected = archive.toc.entries.filter((entry) => entry.hasData);
  const toc = readToc(bytes);
  if (toc === undefined) throw new BackuperError('dump-incomplete', 'pg_dump left its table of contents incomplete');
  const written = new Set(toc.entries.filter((entry) => entry.hasData).map((entry) => entry.fileName));
  const missing = expected.find((entry) => !written.has(dataFileOf(entry)));
  if (missing !== undefined || written.size !== expected.length) throw tablesChanged();
  return toc;
}

export function tablesChanged(): BackuperError {
  return new BackuperError('dump-incomplete', 'the tables changed between the two passes of pg_dump', {
    hint: 'run the backup again when no migration is running',
  });
}
