import { createHash } from 'node:crypto';
import { type Commit, type ObjectEntry, segmentNumber } from '@postgres-backuper/format';

/**
 * What an index is bound to: the backup that it belongs to, and that one's segments as they were stored. So with the
 * secret, a list of objects is known to be the real one without a signature. `objects`: of the backup, in the order of
 * their keys; others than segments are passed over.
 */
export function setOf({ name, label }: Pick<Commit, 'name' | 'label'>, objects: Iterable<ObjectEntry>): string {
  const segments = createSegmentsDigest();
  for (const object of objects) segments.add(object);
  return segments.setOf({ name, label });
}

/** What `setOf` takes of the objects, one after another. */
export function createSegmentsDigest() {
  const hash = createHash('sha256');
  return {
    add({ key, sizeBytes, sha256, md5 = '' }: ObjectEntry): void {
      if (segmentNumber(key) !== undefined) hash.update(`${key} ${sizeBytes} ${sha256} ${md5}\n`);
    },
    setOf: ({ name, label }: Pick<Commit, 'name' | 'label'>) => `${name}/${label}/${hash.digest('hex')}`,
  };
}
