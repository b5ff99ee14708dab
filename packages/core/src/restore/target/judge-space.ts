import { formatBytes } from '@postgres-backuper/base';
import type { Finding } from './finding.ts';
import type { Space } from './read-space.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** What the rows, indexes and the write-ahead log take of the rows' size as text. */
const TIMES = 2;

/** Room in the file systems of a server on this machine; nothing where it cannot be known. Pure. */
export function judgeSpace(wanted: Wanted, { space }: Pick<TargetFacts, 'space'>): readonly Finding[] {
  if (space === undefined) return [];
  return [...bytesByDevice(wanted, space).values()].map(({ bytes, freeBytes, names }): Finding => {
    const where = names.size === 0 ? 'the server' : `the server's tablespaces ${[...names].join(', ')}`;
    const what = `${formatBytes(freeBytes)} are free on the file system of ${where}, for ${formatBytes(bytes)} of rows`;
    const solution = `have about ${formatBytes(TIMES * bytes)} free: tables, indexes and the write-ahead log`;
    return { kind: 'space', severity: freeBytes < bytes ? 'missing' : 'note', what, solution };
  });
}

interface Room {
  readonly bytes: number;
  readonly freeBytes: number;
  /** Tablespaces besides the default one. */
  readonly names: ReadonlySet<string>;
}

function bytesByDevice({ request, catalog, entries }: Wanted, space: Space): ReadonlyMap<string, Room> {
  const tablespaces = new Map(
    entries
      .filter(({ description }) => description === 'TABLE')
      .map(({ schema, tag, tablespace }) => [JSON.stringify([schema, tag]), tablespace]),
  );
  const rooms = new Map<string, Room>();
  for (const { schema, table, bytes } of [...catalog.tables, NO_TABLE]) {
    const own = tablespaces.get(JSON.stringify([schema, table])) || catalog.database.tablespace;
    const name = request.tablespaces && space.has(own) ? own : 'pg_default';
    const { device, freeBytes } = space.get(name) ?? { device: '', freeBytes: 0 };
    const before = rooms.get(device) ?? { bytes: 0, freeBytes, names: new Set() };
    const names = name === 'pg_default' ? before.names : new Set([...before.names, `'${name}'`]);
    rooms.set(device, { bytes: before.bytes + bytes, freeBytes, names });
  }
  return rooms;
}

/** The write-ahead log needs room beside the data directory, whatever the tablespaces are. */
const NO_TABLE = { schema: '', table: '', bytes: 0 };
