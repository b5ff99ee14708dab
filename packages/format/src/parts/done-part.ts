import type { Extent } from '../catalog-document.ts';
import { line } from '../database-texts.ts';
import { partName } from '../keys.ts';
import { OBJECT_SHAPE, type ObjectEntry } from '../objects.ts';
import { count, fields, listOf, nullable, oneOf, SHA256, type Shape, wrong } from '../shape.ts';
import { DATA_FILE, type PlanBinding, RUN } from './parts-plan.ts';
import { openDocument, sealDocument } from './sealed-document.ts';

/** A table that a worker stored. */
export interface DoneTable {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Segments are counted from the first one of the worker's range. */
  readonly extents: readonly Extent[];
  /** Of the COPY stream. */
  readonly copy: { readonly rows: number; readonly bytes: number; readonly sha256: string };
}

/** `part-<range>.bin`: what a worker stored for a part, written after all of it. */
export interface DonePart {
  readonly version: 1;
  /** That of the plan. */
  readonly run: string;
  /** From 1. */
  readonly part: number;
  readonly range: number;
  readonly objects: readonly ObjectEntry[];
  readonly tables: readonly DoneTable[];
  /** The machine of the worker, as far as it is known. */
  readonly machine: string | null;
  readonly durationMs: number;
}

export function writeDonePart(done: DonePart, to: PlanBinding): Buffer {
  return sealDocument(done, { ...to, object: partName(done.range) });
}

/** Throws ShapeError where it is altered, cut, or of another backup, range or secret. */
export function readDonePart(stored: Uint8Array, range: number, from: PlanBinding): DonePart {
  const done = openDocument(stored, DONE_SHAPE, { ...from, object: partName(range) });
  if (done.range !== range) throw wrong('range', 'is not that of its name');
  return done;
}

const EXTENT: Shape<Extent> = (value, at) => {
  const [segment, offset, length, ...others] = listOf(count)(value, at);
  if (segment === undefined || offset === undefined || length === undefined || others.length > 0)
    throw wrong(at, 'is no extent');
  return [segment, offset, length];
};

const DONE_SHAPE: Shape<DonePart> = fields<DonePart>({
  version: oneOf(1),
  run: RUN,
  part: count,
  range: count,
  objects: listOf(OBJECT_SHAPE),
  tables: listOf(
    fields<DoneTable>({
      file: DATA_FILE,
      sizeBytes: count,
      sha256: SHA256,
      extents: listOf(EXTENT),
      copy: fields<DoneTable['copy']>({ rows: count, bytes: count, sha256: SHA256 }),
    }),
  ),
  machine: nullable(line),
  durationMs: count,
});
