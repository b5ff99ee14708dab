import type { Toc } from '@postgres-backuper/postgres';
import { fileNamed, readFileWhole } from './file-stream.ts';
import { openToc, TOC_FILE } from './open-toc.ts';
import type { OpenedBackup } from './opened-backup.ts';
import { createSegments } from './segments.ts';

/** The table of contents of a backup, read with its segments alone. Errors: those of Segments.read, catalog-invalid. */
export async function readBackupToc(backup: OpenedBackup, signal: AbortSignal): Promise<Toc> {
  const file = fileNamed(backup.catalog, TOC_FILE);
  const segments = createSegments(backup, { files: [file], keep: 2 }, signal);
  return openToc(await readFileWhole(segments, file), backup.catalog);
}
