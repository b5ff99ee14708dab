import { PLAN_NAME } from '../keys.ts';
import { LABEL } from '../label.ts';
import { count, fields, listOf, nullable, oneOf, optional, SHA256, type Shape, text } from '../shape.ts';
import { openDocument, type PartsBinding, sealDocument } from './sealed-document.ts';

/** A table that a worker reads. */
export interface PlannedTable {
  readonly oid: string;
  /** Name of its data file. */
  readonly file: string;
  /** Its COPY statement in the encoding of the dump, base64. */
  readonly copyStatement: string;
  /** On disk, estimated. */
  readonly bytes: number;
  /** Undefined: all of them. Else `file` is the name of a slice. */
  readonly blocks?: PlannedBlocks;
}

/** Blocks of the table's heap from `from` to before `to`; null: to its end. */
export interface PlannedBlocks {
  readonly from: number;
  readonly to: number | null;
}

/** What the backup is in its set: each job makes its part as one job makes the whole. */
export type PlannedSet =
  | {
      readonly type: 'full';
      /** The average that chunks are cut for, bytes. */
      readonly chunkBytes: number;
    }
  | {
      readonly type: 'differential';
      /** Label of its full. */
      readonly parent: string;
      /** SHA-256 of the list of the full's objects, which its index is bound to: all jobs refer to the same bytes. */
      readonly parentObjects: string;
      /** SHA-256 of the settings that both have in common. */
      readonly settings: string;
    };

/** Large objects are one file, which one job reads. */
export interface PlannedLargeObjects {
  /** From 1. */
  readonly part: number;
  /** Of the client programs of the run with the snapshot: those of a restore may not read what a newer pg_dump writes. */
  readonly clientMajor: number;
}

/** `plan.bin`: which tables each part has, and the snapshot in which all of them are read. */
export interface PartsPlan {
  /** 2: with a set or large objects, which a program that knows 1 alone would leave out. */
  readonly version: 1 | 2;
  /** Random: one run of the holder. Nothing of another run with the same label fits. */
  readonly run: string;
  readonly snapshotId: string;
  /** Of the dump. */
  readonly encoding: string;
  /** How segments are encrypted: `openpgp` or `none`, then the fingerprints. */
  readonly readers: string;
  /** Undefined: the backup stands alone and has no index. */
  readonly set?: PlannedSet;
  readonly parts: readonly (readonly PlannedTable[])[];
  /** Undefined: no part has them. */
  readonly largeObjects?: PlannedLargeObjects | undefined;
}

/** The document, and what it is bound to but for its own name. */
export type PlanBinding = Omit<PartsBinding, 'object'>;

export function writePlan(plan: PartsPlan, to: PlanBinding): Buffer {
  return sealDocument(plan, { ...to, object: PLAN_NAME });
}

/** Throws ShapeError where it is altered, cut, or of another backup or secret. */
export function readPlan(stored: Uint8Array, from: PlanBinding): PartsPlan {
  return openDocument(stored, PLAN_SHAPE, { ...from, object: PLAN_NAME });
}

/** Of a run, of a worker. */
export const RUN = text({ pattern: /^[0-9a-f]{32}$/ });
/** A table's data file or a slice of it. */
export const DATA_FILE = text({ pattern: /^\d{1,10}\.dat(\.\d{4})?$/ });

const PLANNED_FULL = fields<PlannedSet & { readonly type: 'full' }>({ type: oneOf('full'), chunkBytes: count });
const PLANNED_DIFFERENTIAL = fields<PlannedSet & { readonly type: 'differential' }>({
  type: oneOf('differential'),
  parent: text({ pattern: LABEL }),
  parentObjects: SHA256,
  settings: SHA256,
});

const PLANNED_SET: Shape<PlannedSet> = (value, at) => {
  const { type } = fields({ type: oneOf('full', 'differential') })(value, at);
  return type === 'full' ? PLANNED_FULL(value, at) : PLANNED_DIFFERENTIAL(value, at);
};

const PLAN_SHAPE: Shape<PartsPlan> = fields<PartsPlan>({
  version: oneOf(1, 2),
  run: RUN,
  snapshotId: text({ pattern: /^[0-9A-F-]{1,64}$/ }),
  encoding: text({ pattern: /^[A-Z0-9_]{1,40}$/ }),
  readers: text({ max: 16_384 }),
  set: optional(PLANNED_SET),
  parts: listOf(
    listOf(
      fields<PlannedTable>({
        oid: text({ pattern: /^\d{1,10}$/ }),
        file: DATA_FILE,
        copyStatement: text({ max: 2 * 1024 * 1024 }),
        bytes: count,
        blocks: optional(fields<PlannedBlocks>({ from: count, to: nullable(count) })),
      }),
    ),
  ),
  largeObjects: optional(fields<PlannedLargeObjects>({ part: count, clientMajor: count })),
});
