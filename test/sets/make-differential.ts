import { createHash } from 'node:crypto';
import {
  type BackupId,
  type CatalogFile,
  type Commit,
  catalogName,
  commitKey,
  dataKey,
  type Extent,
  extentsOf,
  factsOf,
  OBJECTS_NAME,
  type ObjectEntry,
  segmentName,
  signatureKey,
  TAR_BLOCK_BYTES,
  totalsOf,
  writeCatalog,
  writeCommit,
  writeObjects,
  writeTarEnd,
  writeTarHeader,
} from '@postgres-backuper/format';
import { deleteBackups, type Repository, readDocuments } from '@postgres-backuper/repository';
import { streamPieces } from '../../packages/core/src/restore/file-stream.ts';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import { createSegments } from '../../packages/core/src/restore/segments.ts';
import { compressDocument } from '../../packages/format/src/zstd.ts';
import { readCommit } from '../../packages/repository/src/backups/read-commit.ts';
import type { Place } from '../restore/harness.ts';

/** Bytes of a chunk at least; it ends with the line that is hit then. */
const CHUNK_BYTES = 2000;

interface Chunk {
  readonly extent: Extent;
  readonly data: Buffer;
}

/**
 * Turns a full into a differential of another full, by the rules of docs/format.md alone: what lines of the other full
 * hold is referred to, whatever file they are in; everything else is stored in segments of its own.
 */
export async function makeDifferential(
  { name, label, of }: BackupId & { readonly of: string },
  place: Place,
): Promise<Commit> {
  const { repository } = place;
  const parent = await readCommit({ name, label: of }, repository);
  const known = new Map<string, Extent>();
  for (const { chunks } of await readFiles({ name, label: of }, place))
    for (const { extent, data } of chunks) known.set(idOf(data), [extent[0], extent[1], extent[2], 1]);
  const commit = await readCommit({ name, label }, repository);
  const { catalog } = await readDocuments(commit, repository);
  const writer = createWriter();
  const files = (await readFiles({ name, label }, place)).map(({ file, chunks }): CatalogFile => {
    let offset = 0;
    const extents = chunks.map(({ data }) => {
      const found = known.get(idOf(data)) ?? writer.add(file.name, offset, data);
      offset += data.length;
      return found;
    });
    return { ...file, extents: joined(extents) };
  });
  await deleteBackups([{ name, label }], repository);
  const facts = { ...factsOf(commit), type: 'differential', parent: of, parentObjects: parent.objects } as const;
  return store(
    { ...commit, ...facts },
    { catalog: { ...catalog, backup: facts, files }, segments: writer.end() },
    repository,
  );
}

function idOf(data: Buffer): string {
  return createHash('sha256').update(data).digest('base64');
}

/** Every file of a backup in chunks, each within one piece. */
async function readFiles(
  { name, label }: BackupId,
  { repository, context }: Place,
): Promise<readonly { readonly file: CatalogFile; readonly chunks: readonly Chunk[] }[]> {
  const backup = await openBackup({ name, target: { label } }, repository, context());
  const segments = createSegments(backup, { files: backup.catalog.files, keep: 4 }, context().signal);
  return Promise.all(
    backup.catalog.files.map(async (file) => {
      const chunks: Chunk[] = [];
      let index = 0;
      for await (const piece of streamPieces(segments, file))
        chunks.push(...cut(piece, [...extentsOf(file)][index++] as Extent));
      return { file, chunks };
    }),
  );
}

/** Cuts after lines that their content chooses. */
function cut(piece: Buffer, [segment, offset]: Extent): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  for (let at = 0; at < piece.length; ) {
    const end = piece.indexOf(10, at) + 1 || piece.length;
    const isEnd = end === piece.length || (end - from >= CHUNK_BYTES && piece.subarray(at, end).readUInt8(0) % 3 === 0);
    at = end;
    if (!isEnd) continue;
    chunks.push({ extent: [segment, offset + from, end - from], data: Buffer.from(piece.subarray(from, end)) });
    from = end;
  }
  return chunks;
}

/** Own segments of at most 64 KiB and one chunk. */
function createWriter() {
  const segments: Buffer[] = [];
  let parts: Buffer[] = [];
  let bytes = 0;
  const close = (): void => {
    const end = Buffer.alloc(2 * TAR_BLOCK_BYTES);
    writeTarEnd(end, 0);
    if (parts.length > 0) segments.push(Buffer.concat([...parts, end]));
    [parts, bytes] = [[], 0];
  };
  return {
    add(file: string, offset: number, data: Buffer): Extent {
      if (bytes > 65_536) close();
      const piece = Buffer.alloc(TAR_BLOCK_BYTES + Math.ceil(data.length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES);
      data.copy(piece, TAR_BLOCK_BYTES);
      writeTarHeader(piece, 0, { file, offset, length: data.length });
      const extent: Extent = [segments.length, bytes + TAR_BLOCK_BYTES, data.length];
      parts.push(piece);
      bytes += piece.length;
      return extent;
    },
    end() {
      close();
      return segments;
    },
  };
}

/** Adjacent extents of one piece as one; headers are between those of two pieces. */
function joined(extents: readonly Extent[]): readonly Extent[] {
  const all: Extent[] = [];
  for (const extent of extents) {
    const last = all.at(-1);
    const follows =
      last !== undefined && last[0] === extent[0] && last[3] === extent[3] && last[1] + last[2] === extent[1];
    if (!follows) all.push(extent);
    else
      all[all.length - 1] = [last[0], last[1], last[2] + extent[2], ...(last[3] === 1 ? [1] : [])] as unknown as Extent;
  }
  return all;
}

async function store(
  commit: Commit,
  { catalog, segments }: { catalog: Parameters<typeof writeCatalog>[0]; segments: readonly Buffer[] },
  { storage, cipher, encryption, signer }: Repository,
): Promise<Commit> {
  const encrypted = encryption !== 'none';
  const objects: ObjectEntry[] = [];
  const put = async (key: string, plain: Uint8Array): Promise<void> => {
    const body = encrypted ? await cipher.encrypt(plain) : plain;
    await storage.put(dataKey(commit, key), body);
    objects.push({ key, sizeBytes: body.length, sha256: createHash('sha256').update(body).digest('hex') });
  };
  for (const [number, tar] of segments.entries())
    await put(segmentName(number, encrypted), await compressDocument(tar));
  await put(catalogName(encrypted), await writeCatalog(catalog));
  const list = await writeObjects({ version: 1, name: commit.name, label: commit.label, objects });
  await storage.put(dataKey(commit, OBJECTS_NAME), list);
  const covered = { sizeBytes: list.length, sha256: createHash('sha256').update(list).digest('hex') };
  const made = { ...commit, totals: totalsOf(catalog, objects), objects: covered };
  const bytes = writeCommit(made);
  if (signer !== undefined) await storage.put(signatureKey(made), Buffer.from(await signer.sign(bytes)));
  await storage.put(commitKey(made), bytes);
  return made;
}
