import { BackuperError, say } from '@postgres-backuper/base';
import {
  createExtents,
  type Extent,
  type Extents,
  RANGE_SEGMENTS,
  segmentName,
  segmentNumber,
} from '@postgres-backuper/format';
import type { Store } from '@postgres-backuper/repository';

/** Names of the segments that one worker stores: no other one stores under them. Errors: configuration-invalid for too many. */
export function namesInRange(range: number, encrypted: boolean): (number: number) => string {
  return (number) => {
    if (number >= RANGE_SEGMENTS) throw tooMany();
    return segmentName(range * RANGE_SEGMENTS + number, encrypted);
  };
}

function tooMany(): BackuperError {
  return new BackuperError('configuration-invalid', `a part needs more than ${RANGE_SEGMENTS} segments`, {
    hint: `give more ${say.option('parts')}, or a larger size with ${say.option('segmentSize')}: at most 64MiB`,
  });
}

/** Extents of a worker's range as the catalog counts them: in the order of all listed segments. Valid when all are listed. */
export function inWholeList(extents: Extents, range: number, { objects }: Pick<Store, 'objects'>): Extents {
  let before = 0;
  for (const { key } of objects) {
    const number = segmentNumber(key);
    if (number !== undefined && number < range * RANGE_SEGMENTS) before += 1;
  }
  return createExtents(later(extents, before));
}

function* later(extents: Extents, before: number): Generator<Extent> {
  for (const [segment, offset, length] of extents) yield [before + segment, offset, length];
}
