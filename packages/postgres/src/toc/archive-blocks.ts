import { BackuperError } from '@postgres-backuper/base';

/** A part of one data block of a custom archive. */
export interface BlockPart {
  /** Dump id of the entry that the data belong to. */
  readonly dumpId: number;
  readonly data: Buffer;
  /** The last part of this block. */
  readonly isEnd: boolean;
}

export interface BlockReader {
  /** The parts in `chunk`, which continues the previous chunk. Errors: dump-failed. */
  read(chunk: Buffer): BlockPart[];
  /** False: the archive ends inside a block. */
  readonly isBetween: boolean;
}

/** Type of a table's block; large objects have another type and are not read here. */
const BLOCK_OF_DATA = 1;
/** An integer of an archive: sign and four bytes. */
const INTEGER_BYTES = 5;

/**
 * Reads what follows the table of contents of an uncompressed custom archive: for each entry a type byte, its dump id,
 * and pieces, each after its length; a length of 0 ends the block (_StartData, _CustomWriteFunc and _EndData in
 * pg_backup_custom.c, the same in pg_dump 14 to 18).
 */
export function createBlockReader(): BlockReader {
  let rest = Buffer.alloc(0);
  let dumpId: number | undefined;
  /** Bytes of the piece that are still to come. */
  let left = 0;

  const read = (bytes: Buffer): BlockPart[] => {
    const parts: BlockPart[] = [];
    const data = Buffer.allocUnsafe(bytes.length); // the pieces without their lengths
    let [at, from, to] = [0, 0, 0];
    const part = (id: number, isEnd: boolean): void => {
      parts.push({ dumpId: id, data: data.subarray(from, to), isEnd });
      from = to;
    };
    for (;;) {
      const taken = Math.min(left, bytes.length - at);
      to += bytes.copy(data, to, at, at + taken);
      at += taken;
      left -= taken;
      const begin = dumpId === undefined ? 1 : 0;
      if (bytes.length < at + begin + INTEGER_BYTES || left > 0) break;
      if (begin > 0 && bytes[at] !== BLOCK_OF_DATA) throw unknown();
      const value = integerAt(bytes, at + begin);
      at += begin + INTEGER_BYTES;
      if (dumpId === undefined) dumpId = value;
      else if (value > 0) left = value;
      else {
        part(dumpId, true);
        dumpId = undefined;
      }
    }
    if (dumpId !== undefined && to > from) part(dumpId, false);
    rest = Buffer.from(bytes.subarray(at));
    return parts;
  };
  return {
    read: (chunk) => read(rest.length === 0 ? chunk : Buffer.concat([rest, chunk])),
    get isBetween() {
      return dumpId === undefined && rest.length === 0;
    },
  };
}

function integerAt(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0) throw unknown();
  return bytes.readUInt32LE(at + 1);
}

function unknown(): BackuperError {
  return new BackuperError('dump-failed', 'pg_dump wrote an archive with something else than the data of tables', {
    hint: 'use client programs of PostgreSQL 14 to 18',
  });
}
