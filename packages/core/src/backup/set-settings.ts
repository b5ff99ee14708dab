import { createHash } from 'node:crypto';
import { canonicalJson } from '@postgres-backuper/format';
import type { Selection } from '@postgres-backuper/postgres';
import type { Cipher } from '@postgres-backuper/repository';

/** What decides whether two backups can be of one set, besides the server, the database and the keys. */
interface Settings {
  readonly selection: Selection;
  readonly largeObjects: boolean;
  readonly cipher: Pick<Cipher, 'readers'>;
}

/**
 * SHA-256, hexadecimal. A full with another selection would save little; one that other programs read would make a
 * differential unreadable for those that its own profile promises.
 */
export function settingsOf({ selection, largeObjects, cipher: { readers } }: Settings): string {
  const patterns = Object.fromEntries(Object.entries(selection).map(([name, list]) => [name, [...list].sort()]));
  return createHash('sha256')
    .update(canonicalJson({ selection: patterns, largeObjects, readers }))
    .digest('hex');
}
