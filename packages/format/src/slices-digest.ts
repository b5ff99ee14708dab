import { createHash } from 'node:crypto';
import type { CatalogTable, RowsSlice } from './catalog-document.ts';
import { rowSlicesOf } from './slices.ts';

/** The same for the same rows in the same slices: the digest of a whole table, or one of its slices' digests. */
export function identityOfRows(table: CatalogTable): string {
  const slices = rowSlicesOf(table).map(({ sha256 }) => sha256);
  return 'slices' in table ? createHash('sha256').update(slices.join('\n')).digest('hex') : table.sha256;
}

/** Compares a COPY stream with the digests of its slices as it passes. */
export interface SlicesDigest {
  update(chunk: Buffer): void;
  /** Whether all slices were there with the bytes that they had, and nothing after them. */
  isSame(): boolean;
}

export function createSlicesDigest(slices: readonly Pick<RowsSlice, 'bytes' | 'sha256'>[]): SlicesDigest {
  let index = 0;
  let hash = createHash('sha256');
  let left = slices[0]?.bytes ?? 0;
  let isSame = true;
  const endFull = (): void => {
    while (left === 0 && index < slices.length) {
      isSame &&= hash.digest('hex') === slices[index]?.sha256;
      index += 1;
      hash = createHash('sha256');
      left = slices[index]?.bytes ?? 0;
    }
  };
  endFull();
  return {
    update(chunk) {
      for (let rest = chunk; rest.length > 0; endFull()) {
        if (index === slices.length) {
          isSame = false;
          return;
        }
        const part = rest.subarray(0, left);
        hash.update(part);
        left -= part.length;
        rest = rest.subarray(part.length);
      }
    },
    isSame: () => isSame && index === slices.length,
  };
}
