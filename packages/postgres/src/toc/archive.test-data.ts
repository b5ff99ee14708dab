import { type ArchiveToc, madeToc } from './archive-toc.ts';
import { archiveInteger, archiveString } from './archive-values.ts';

export interface SampleEntry {
  readonly id: number;
  /** Catalog and object; unset: none. */
  readonly oids?: readonly [string, string];
  readonly description: string;
  readonly tag?: string;
  readonly definition?: string;
  readonly dependencies?: readonly number[];
}

const MISSING = Buffer.of(1, 1, 0, 0, 0);

/** A toc.dat as pg_dump 16 writes it, without data files. */
export function sampleToc(entries: readonly SampleEntry[]): ArchiveToc {
  const head = Buffer.from([...Buffer.from('PGDMP'), 1, 15, 0, 4, 8, 3, 0]);
  const times = Array.from({ length: 7 }, () => archiveInteger(1));
  const names = ['app', '16.15', '16.15'].map(archiveString);
  return madeToc(Buffer.concat([head, ...times, ...names, archiveInteger(entries.length), ...entries.map(entryBytes)]));
}

function entryBytes({ id, oids, description, tag, definition, dependencies }: SampleEntry): Buffer {
  const [catalog, oid] = oids ?? ['0', '0'];
  return Buffer.concat([
    ...[archiveInteger(id), archiveInteger(0), archiveString(catalog), archiveString(oid), archiveString(tag ?? 'x')],
    ...[archiveString(description), archiveInteger(2), archiveString(definition ?? ''), archiveString('DROP;')],
    ...[MISSING, archiveString('public'), MISSING, MISSING, archiveString('me'), archiveString('false')],
    ...(dependencies ?? []).map((dependency) => archiveString(String(dependency))),
    ...[MISSING, archiveString('')],
  ]);
}
