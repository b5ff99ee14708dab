import { BackuperError, say } from '@postgres-backuper/base';
import {
  createExtents,
  type Extent,
  type Extents,
  type ObjectList,
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

/** Makes extents of a worker's range those of the catalog: counted in the order of all segments, once all are stored. */
export function inWholeList(range: number, { objects }: Pick<Store, 'objects'>): (extents: Extents) => Extents {
  let before: number | undefined; // counted once for all tables of the range
  return (extents) => {
    before ??= countBefore(range, objects);
    return createExtents(later(extents, before));
  };
}

function countBefore(range: number, objects: Store['objects']): number {
  let before = 0;
  for (const { key } of objects) {
    const number = segmentNumber(key);
    if (number !== undefined && number < range * RANGE_SEGMENTS) before += 1;
  }
  return before;
}

/** Whether these are the segments of a range from its first one on. */
export function fillRange(objects: ObjectList, range: number): boolean {
  let next = range * RANGE_SEGMENTS;
  for (const { key } of objects) if (segmentNumber(key) !== next++) return false;
  return true;
}

function* later(extents: Extents, before: number): Generator<Extent> {
  for (const extent of extents) {
    const [segment, offset, length, inParent] = extent;
    yield inParent === 1 ? extent : [before + segment, offset, length];
  }
}
