import { type ArchiveToc, madeToc } from './archive-toc.ts';
import { archiveString } from './archive-values.ts';

const WRITTEN = archiveString('CREATE SCHEMA public;\n');
const MEANT = archiveString('CREATE SCHEMA IF NOT EXISTS public;\n');

/**
 * A new database has a schema public, but pg_dump creates it when it was selected by name: the definition then accepts
 * the one that exists. Pure.
 */
export function acceptPublic(archive: ArchiveToc): ArchiveToc {
  const { toc, bytes } = archive;
  const entry = toc.entries.find(({ description, tag }) => description === 'SCHEMA' && tag === 'public');
  const at = entry === undefined ? -1 : bytes.indexOf(WRITTEN, entry.startsAt);
  if (entry === undefined || at === -1 || at >= entry.endsAt) return archive;
  return madeToc(Buffer.concat([bytes.subarray(0, at), MEANT, bytes.subarray(at + WRITTEN.length)]));
}
