import type { Catalog, Piece } from '@postgres-backuper/format';
import { fileNamed, requireSmall } from '../restore/file-stream.ts';
import { openToc, TOC_FILE } from '../restore/open-toc.ts';

/** Compares toc.dat with the catalog after the last segment. */
export interface TocCheck {
  take(pieces: readonly Piece[]): void;
  /** Compares nothing if a piece was lost: its segment is reported already. Errors: catalog-invalid. */
  end(): void;
}

/** Errors: catalog-invalid for a catalog without toc.dat. */
export function createTocCheck(catalog: Catalog): TocCheck {
  const file = fileNamed(catalog, TOC_FILE);
  requireSmall(file);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  return {
    take(pieces) {
      for (const { file: name, data } of pieces) {
        if (name !== TOC_FILE) continue;
        chunks.push(Buffer.from(data)); // a copy: the memory of pieces is reused
        sizeBytes += data.length;
      }
    },
    end() {
      if (sizeBytes === file.sizeBytes) openToc(Buffer.concat(chunks), catalog);
    },
  };
}
