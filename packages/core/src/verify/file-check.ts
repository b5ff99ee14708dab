import {
  type Catalog,
  type CatalogFile,
  type CatalogTable,
  createCopyDigest,
  createRowsDigest,
  type Piece,
  type RowsSlice,
  rowSlicesOf,
  type StoredFile,
  storedFilesOf,
  TAR_BLOCK_BYTES,
  wholeFileOf,
} from '@postgres-backuper/format';
import type { Damage } from '@postgres-backuper/repository';

/** Hashes all files of a backup from its segments, taken in order. */
export interface FileCheck {
  /** Takes the pieces of segment `number`. Returns a text when they differ from the catalog. */
  segment(number: number, pieces: readonly Piece[]): string | undefined;
  /** Takes an unreadable segment. Returns the names of its files; they are not reported again one by one. */
  lost(number: number): readonly string[];
  end(): { readonly damage: readonly Damage[]; readonly tables: readonly CheckedTable[] };
}

export interface CheckedTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  /** Rows and SHA-256 equal those of the catalog. */
  readonly ok: boolean;
}

/** Hashes the bytes of one file. */
export type Digest = ReturnType<typeof createCopyDigest>;

/** A file, or a slice of one. */
interface FileState {
  readonly file: StoredFile;
  readonly digest: Digest;
  sizeBytes: number;
  pieces: number;
  lost: boolean;
}

export function createFileCheck(catalog: Catalog): FileCheck {
  const states = new Map<string, FileState>();
  for (const file of catalog.files) {
    const digests = digestsFor(file);
    for (const [index, stored] of storedFilesOf(file).entries())
      states.set(stored.name, { file: stored, digest: digests[index] as Digest, sizeBytes: 0, pieces: 0, lost: false });
  }
  const bySegment = filesBySegment(catalog);
  const tables = new Map(catalog.tables.map((table) => [table.file, table]));
  const nameOf = (file: string): string => {
    const table = tables.get(wholeFileOf(file));
    return table === undefined ? file : `${table.schema}.${table.table}`;
  };
  const take = (number: number, piece: Piece, tarOffset: number): boolean => {
    const state = states.get(piece.file);
    const [segment, offset, length] = state?.file.extents.at(state.pieces) ?? [-1, 0, 0];
    const isNext = segment === number && offset === tarOffset && length === piece.data.length;
    if (state === undefined || state.lost || !isNext || piece.offset !== state.sizeBytes) return state?.lost === true;
    state.digest.update(piece.data);
    state.sizeBytes += length;
    state.pieces += 1;
    return true;
  };
  return {
    segment(number, pieces) {
      let at = 0;
      for (const piece of pieces) {
        const isKnown = take(number, piece, at + TAR_BLOCK_BYTES);
        if (!isKnown) return `holds '${piece.file}' otherwise than the catalog says`;
        at += TAR_BLOCK_BYTES + Math.ceil(piece.data.length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
      }
      return undefined;
    },
    lost(number) {
      const files = [...(bySegment.get(number) ?? [])];
      for (const file of files) (states.get(file) as FileState).lost = true;
      return [...new Set(files.map(nameOf))];
    },
    end() {
      const damage: Damage[] = [];
      const checked: CheckedTable[] = [];
      for (const file of catalog.files) {
        const table = tables.get(file.name);
        const parts = storedFilesOf(file).map(({ name }) => states.get(name) as FileState);
        const lost = parts.some((state) => state.lost);
        const digests = parts.map(({ digest }) => digest);
        const text = lost ? undefined : judgeFile(file, digests, table);
        if (text !== undefined) damage.push({ ...(table ? { table: nameOf(table.file) } : {}), text });
        if (table !== undefined) checked.push(describe(table, !lost && text === undefined));
      }
      return { damage, tables: checked };
    },
  };
}

/** One for each that is stored of a file: a terminator ends the last slice alone. */
export function digestsFor(file: CatalogFile): readonly Digest[] {
  return storedFilesOf(file).map((_, index, all) =>
    index === all.length - 1 ? createCopyDigest() : createRowsDigest(),
  );
}

/** What is wrong with a file whose bytes are all in `digests`; undefined: it is as it was backed up. */
export function judgeFile(
  file: CatalogFile,
  digests: readonly Digest[],
  table: CatalogTable | undefined,
): string | undefined {
  const found = digests.map((digest) => digest.end());
  for (const [index, stored] of storedFilesOf(file).entries())
    if (found[index]?.sizeBytes !== stored.sizeBytes || found[index]?.sha256 !== stored.sha256)
      return `file '${stored.name}' has other content than was backed up`;
  if (table === undefined) return undefined;
  const slices = rowSlicesOf(table);
  const isSame = found.every(({ copy }, index) => copy !== undefined && isSameRows(copy, slices[index]));
  if (isSame && slices.length === found.length) return undefined;
  return `table '${table.schema}.${table.table}' has other rows than were backed up`;
}

function isSameRows(found: RowsSlice, told: RowsSlice | undefined): boolean {
  return found.sha256 === told?.sha256 && found.rows === told.rows && found.bytes === told.bytes;
}

function describe({ schema, table, rows, bytes }: CatalogTable, ok: boolean): CheckedTable {
  return { schema, table, rows, bytes, ok };
}

function filesBySegment(catalog: Catalog): Map<number, Set<string>> {
  const files = new Map<number, Set<string>>();
  for (const file of catalog.files.flatMap(storedFilesOf)) {
    for (const [number] of file.extents) files.set(number, (files.get(number) ?? new Set()).add(file.name));
  }
  return files;
}
