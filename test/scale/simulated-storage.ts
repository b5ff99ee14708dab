import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { segmentName, segmentNumber } from '@postgres-backuper/format';
import type { Storage, StoredObject } from '@postgres-backuper/repository';

/** Segment n as it would be stored: a text that says n, so that a storage of a million of them keeps none. */
export function simulatedSegment(number: number) {
  const bytes = Buffer.from(`segment ${number}`);
  return { bytes, sha256: digest('sha256', bytes), md5: digest('md5', bytes) };
}

/**
 * A storage that lists its objects with their MD5, as S3 does. Segments with these numbers, ascending, are made when they are asked for;
 * everything else is in `folder`, where one process finds what another one stored.
 */
export function simulatedStorage({
  folder,
  numbers,
}: {
  readonly folder: string;
  readonly numbers: () => Iterable<number>;
}): Storage {
  const pathOf = (key: string): string => join(folder, encodeURIComponent(key));
  return {
    location: 'simulated',
    listsMd5: true,
    async put(key, body) {
      if (numberOf(key) === undefined) await writeFile(pathOf(key), body);
    },
    async get(key) {
      const number = numberOf(key);
      if (number !== undefined) return simulatedSegment(number).bytes;
      return readFile(pathOf(key)).catch(() => {
        throw new BackuperError('object-missing', `'${key}' is not in the repository`);
      });
    },
    async *list(prefix) {
      for (const name of (await readdir(folder)).sort()) {
        const key = decodeURIComponent(name);
        if (key.startsWith(prefix)) yield { key, sizeBytes: (await stat(join(folder, name))).size, storedAt: 0 };
      }
      if (!prefix.includes('/data/')) return;
      for (const number of numbers()) yield listed(`${prefix}${segmentName(number, true)}`, number);
    },
    async *folders() {},
    remove: async () => undefined,
  };
}

function numberOf(key: string): number | undefined {
  return segmentNumber(key.slice(key.lastIndexOf('/') + 1));
}

function listed(key: string, number: number): StoredObject {
  const { bytes, md5 } = simulatedSegment(number);
  return { key, sizeBytes: bytes.length, storedAt: 0, md5 };
}

function digest(kind: string, bytes: Uint8Array): string {
  return createHash(kind).update(bytes).digest('hex');
}
