import {
  createExtents,
  createObjectList,
  type DonePart,
  type DoneTable,
  RANGE_SEGMENTS,
  segmentName,
} from '@postgres-backuper/format';
import { simulatedSegment } from './simulated-storage.ts';

export interface SimulatedTable {
  readonly file: string;
  /** Of its data file. */
  readonly bytes: number;
}

/** What a worker that stored these tables lists; part and range have one number. */
export function donePartOf(
  tables: readonly SimulatedTable[],
  { number, segmentBytes }: { readonly number: number; readonly segmentBytes: number },
): DonePart {
  const objects = createObjectList();
  const done = tables.map(({ file, bytes }): DoneTable => {
    const extents = createExtents();
    for (let left = bytes; left > 0; left -= segmentBytes) {
      extents.add([objects.length, 512, Math.min(left, segmentBytes)]);
      const segment = number * RANGE_SEGMENTS + objects.length;
      const { bytes: body, sha256, md5 } = simulatedSegment(segment);
      objects.add({ key: segmentName(segment, true), sizeBytes: body.length, sha256, md5 });
    }
    const sha256 = 'a'.repeat(64);
    return { file, sizeBytes: bytes, sha256, extents, copy: { rows: 1, bytes, sha256 } };
  });
  const facts = { version: 1, run: 'a'.repeat(32), part: number, range: number, machine: null, durationMs: 1 } as const;
  return { ...facts, objects, tables: done };
}
