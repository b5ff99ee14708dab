import { createHash } from 'node:crypto';

/** Which part of the segments a sample reads. */
export interface SampledPart {
  /** From 1 to `parts`; another one each day. */
  readonly part: number;
  readonly parts: number;
  /** How many segments the part has, of how many. */
  readonly segments: number;
  readonly ofSegments: number;
}

interface SampleRequest {
  readonly label: string;
  /** Of all segments, more than 0 and at most 1. The part is as large or larger. */
  readonly share: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly ofSegments: number;
}

const DAY_MS = 86_400_000;

/**
 * The numbers of the segments that a sample of this day (UTC) reads: each part on one of `parts` days, so that runs on so many days in a row read
 * all. The number of parts is no multiple of 7: a run each week reads all of them, too. Backups begin with different parts.
 */
export function chooseSample({
  label,
  share,
  now,
  ofSegments,
}: SampleRequest): SampledPart & { has(index: number): boolean } {
  const parts = partsFor(share, ofSegments);
  const first = createHash('sha256').update(label).digest().readUInt32BE();
  const part = (Math.floor(now / DAY_MS) + first) % parts;
  const segments = Math.max(0, Math.ceil((ofSegments - part) / parts));
  return { part: part + 1, parts, segments, ofSegments, has: (index) => index % parts === part };
}

function partsFor(share: number, ofSegments: number): number {
  const wanted = Math.max(1, Math.min(Math.floor(1 / share + 1e-9), ofSegments));
  return wanted % 7 === 0 ? wanted - 1 : wanted;
}
