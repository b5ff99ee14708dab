import type { Context } from '@postgres-backuper/base';
import {
  type CatalogFile,
  dataKey,
  type Extent,
  extentsOf,
  inOrderOfSegments,
  type StoredFile,
  storedFilesOf,
} from '@postgres-backuper/format';
import { collecting, type Damage } from '@postgres-backuper/repository';
import { readBackupToc } from '../restore/backup-toc.ts';
import { TOC_FILE } from '../restore/open-toc.ts';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import { createLoadProgress } from '../restore/progress.ts';
import { createSegments, type SegmentId, type Segments, segmentId, sourceOf } from '../restore/segments.ts';
import { type CheckedTable, type Digest, digestsFor, judgeFile } from './file-check.ts';

/** Segments in memory; as many of the full. */
const KEEP = 3;

interface Work {
  readonly backup: OpenedBackup;
  readonly segments: Segments;
  /** Segments that could not be read, each reported once, with the names of the files that need it. */
  readonly lost: Map<SegmentId, { readonly damage: Damage; readonly names: Set<string> }>;
  readonly progress: ReturnType<typeof createLoadProgress>;
}

/**
 * Reads each file of a differential in its own segments and in those of its full, and compares it with its hash. Segments
 * of the full that the differential does not need are not read. Errors: those of the storage, key-wrong.
 */
export async function checkDifferential(
  backup: OpenedBackup,
  context: Context,
): Promise<{ readonly damage: readonly Damage[]; readonly tables: readonly CheckedTable[]; readonly objects: number }> {
  const { files, tables: all } = backup.catalog;
  const segments = createSegments(backup, { files, keep: KEEP }, context.signal);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const progress = createLoadProgress({ tables: all.length, bytes }, () => segments.storedBytes, context);
  const work: Work = { backup, segments, lost: new Map(), progress };
  const byFile = new Map(all.map((table) => [table.file, table]));
  const found: Damage[] = [];
  const tables: CheckedTable[] = [];
  try {
    for (const file of inOrderOfSegments(files)) {
      const table = byFile.get(file.name);
      const name = table === undefined ? file.name : `${table.schema}.${table.table}`;
      const digests = await digestsOf(file, name, work);
      const text = digests === undefined ? undefined : judgeFile(file, digests, table);
      if (text !== undefined) found.push({ ...(table === undefined ? {} : { table: name }), text });
      if (table === undefined) continue;
      const { schema, rows, bytes: size } = table;
      tables.push({ schema, table: table.table, rows, bytes: size, ok: digests !== undefined && text === undefined });
    }
    await collecting(found, undefined, () => checkToc(work, context));
  } finally {
    progress.end();
  }
  const needed = new Set<SegmentId>();
  for (const file of files) for (const extent of extentsOf(file)) needed.add(segmentId(extent));
  return { damage: [...lostTexts(work), ...found], tables, objects: needed.size + 2 };
}

/** Undefined: a part of the file is lost, and is reported with its segment. */
async function digestsOf(file: CatalogFile, name: string, work: Work): Promise<readonly Digest[] | undefined> {
  const digests = digestsFor(file);
  let isWhole = true;
  for (const [index, stored] of storedFilesOf(file).entries())
    isWhole = (await readInto(digests[index] as Digest, { stored, name }, work)) && isWhole;
  return isWhole ? digests : undefined;
}

/** False: a part is lost. */
async function readInto(
  digest: Digest,
  { stored, name }: { readonly stored: StoredFile; readonly name: string },
  work: Work,
): Promise<boolean> {
  let offset = 0;
  let isWhole = true;
  for (const extent of stored.extents) {
    const bytes = await readExtent({ file: stored.name, offset, extent, name }, work);
    offset += extent[2];
    isWhole &&= bytes !== undefined;
    if (bytes === undefined) continue;
    digest.update(bytes);
    work.progress.count(bytes.length);
  }
  return isWhole;
}

async function readExtent(
  { name, ...wanted }: { file: string; offset: number; extent: Extent; name: string },
  { backup, segments, lost }: Work,
): Promise<Buffer | undefined> {
  const id = segmentId(wanted.extent);
  const known = lost.get(id);
  known?.names.add(name);
  if (known !== undefined) return undefined;
  const damage: Damage[] = [];
  const { commit, entry } = sourceOf(backup, id);
  const bytes = await collecting(damage, dataKey(commit, entry.key), () => segments.read(wanted));
  const [one] = damage;
  if (one !== undefined) lost.set(id, { damage: one, names: new Set([name]) });
  return bytes;
}

function lostTexts({ lost }: Work): readonly Damage[] {
  return [...lost.values()].map(({ damage, names }) => {
    const shown = [...names].slice(0, 5).map((name) => `'${name}'`);
    const more = names.size > 5 ? ` and ${names.size - 5} more` : '';
    return { ...damage, text: `${damage.text}; it holds data of ${shown.join(', ')}${more}` };
  });
}

/** Compares toc.dat with the catalog. Nothing is compared where it was lost: its segment is reported already. */
async function checkToc({ backup, lost }: Work, { signal }: Context): Promise<void> {
  const file = backup.catalog.files.find(({ name }) => name === TOC_FILE);
  for (const extent of file === undefined ? [] : extentsOf(file)) if (lost.has(segmentId(extent))) return;
  await readBackupToc(backup, signal);
}
