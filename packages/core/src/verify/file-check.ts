import {
  type Catalog,
  type CatalogFile,
  type CatalogTable,
  createCopyDigest,
  type Piece,
  TAR_BLOCK_BYTES,
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

interface FileState {
  readonly file: CatalogFile;
  readonly digest: Digest;
  sizeBytes: number;
  pieces: number;
  lost: boolean;
}

export function createFileCheck(catalog: Catalog): FileCheck {
  const states = new Map<string, FileState>(
    catalog.files.map((file) => [
      file.name,
      { file, digest: createCopyDigest(), sizeBytes: 0, pieces: 0, lost: false },
    ]),
  );
  const bySegment = filesBySegment(catalog);
  const tables = new Map(catalog.tables.map((table) => [table.file, table]));
  const nameOf = (file: string): string => {
    const table = tables.get(file);
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
      return files.map(nameOf);
    },
    end() {
      const damage: Damage[] = [];
      const checked: CheckedTable[] = [];
      for (const state of states.values()) {
        const table = tables.get(state.file.name);
        const text = state.lost ? undefined : judgeFile(state.file, state.digest, table);
        if (text !== undefined) damage.push({ ...(table ? { table: nameOf(table.file) } : {}), text });
        if (table !== undefined) checked.push(describe(table, !state.lost && text === undefined));
      }
      return { damage, tables: checked };
    },
  };
}

/** What is wrong with a file whose bytes are all in `digest`; undefined: it is as it was backed up. */
export function judgeFile(file: CatalogFile, digest: Digest, table: CatalogTable | undefined): string | undefined {
  const { sizeBytes, sha256, copy } = digest.end();
  if (sizeBytes !== file.sizeBytes || sha256 !== file.sha256) {
    return `file '${file.name}' has other content than was backed up`;
  }
  if (table === undefined) return undefined;
  if (copy?.sha256 === table.sha256 && copy.rows === table.rows && copy.bytes === table.bytes) return undefined;
  return `table '${table.schema}.${table.table}' has other rows than were backed up`;
}

function describe({ schema, table, rows, bytes }: CatalogTable, ok: boolean): CheckedTable {
  return { schema, table, rows, bytes, ok };
}

function filesBySegment(catalog: Catalog): Map<number, Set<string>> {
  const files = new Map<number, Set<string>>();
  for (const file of catalog.files) {
    for (const [number] of file.extents) files.set(number, (files.get(number) ?? new Set()).add(file.name));
  }
  return files;
}
