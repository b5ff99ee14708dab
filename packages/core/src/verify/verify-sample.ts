import { type Context, numberOf } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type Commit,
  dataKey,
  extentsOf,
  type ObjectEntry,
  type Piece,
  storedFilesOf,
  TAR_BLOCK_BYTES,
} from '@postgres-backuper/format';
import {
  collecting,
  createSegmentOpener,
  type Damage,
  readSet,
  type SegmentOpener,
  type SetDocuments,
} from '@postgres-backuper/repository';
import { requireKey } from '../restore/opened-backup.ts';
import { type SegmentId, segmentId, sourceOf } from '../restore/segments.ts';
import { chooseSample, type SampledPart } from './choose-sample.ts';
import type { VerifyServices } from './contract.ts';

export interface SampleCheck {
  readonly damage: readonly Damage[];
  /** Null: the documents of the backup cannot be read. */
  readonly sample: SampledPart | null;
}

/** A segment that the backup needs, of itself or of its full, and where the pieces of its files must be. */
interface Needed {
  readonly commit: Commit;
  readonly entry: ObjectEntry;
  readonly extents: readonly Wanted[];
}

interface Wanted {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads, decrypts and decompresses a part of the segments, and finds in them what the catalog says is there. Hashes of whole files and rows
 * are not compared: only reading all of them could. Errors: those of verifyContent.
 */
export async function verifySample(
  { commit, share }: { readonly commit: Commit; readonly share: number },
  { repository, openThreads }: VerifyServices,
  context: Context,
): Promise<SampleCheck> {
  requireKey(commit, repository);
  const { signal, clock, emit } = context;
  const damage: Damage[] = [];
  const set = await collecting(damage, undefined, () => readSet(commit, repository, { signal }));
  if (set === undefined) return { damage, sample: null };
  const numbers = numbersOf(set);
  const { has, ...sample } = chooseSample({ label: commit.label, share, now: clock.now(), ofSegments: numbers.length });
  const { part, parts, segments } = sample;
  emit({
    type: 'notice',
    text: `reading part ${part} of ${parts}: ${numberOf(segments, 'segment')} of ${numbers.length}`,
  });
  const openers = new Map<Commit, SegmentOpener>();
  const openerOf = (one: Commit): SegmentOpener => {
    const opener = openers.get(one) ?? createSegmentOpener({ commit: one, repository }, openThreads);
    openers.set(one, opener);
    return opener;
  };
  try {
    for (const one of neededOf(
      set,
      numbers.filter((_, index) => has(index)),
      commit,
    ))
      await checkOne(one, openerOf(one.commit), { damage, signal });
  } finally {
    for (const opener of openers.values()) await opener.close();
  }
  return { damage, sample };
}

async function checkOne(
  { commit, entry, extents }: Needed,
  opener: SegmentOpener,
  { damage, signal }: { readonly damage: Damage[]; readonly signal: AbortSignal },
): Promise<void> {
  const key = dataKey(commit, entry.key);
  const pieces = await collecting(damage, key, () => opener.open(entry, { signal }));
  if (pieces === undefined) return;
  const places = placesOf(pieces);
  const lost = extents.find((one) => !places.some((place) => isInside(one, place)));
  if (lost !== undefined)
    damage.push({ object: key, text: `object '${key}' holds '${lost.file}' otherwise than the catalog says` });
  for (const { data } of pieces) freeMemory(data);
}

/** Where the bytes of each piece are in the segment's tar. */
function placesOf(pieces: readonly Piece[]): readonly Wanted[] {
  let at = 0;
  return pieces.map(({ file, data }) => {
    const offset = at + TAR_BLOCK_BYTES;
    at = offset + Math.ceil(data.length / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
    return { file, offset, length: data.length };
  });
}

function isInside({ offset, length }: Wanted, place: Wanted): boolean {
  return offset >= place.offset && offset + length <= place.offset + place.length;
}

/** All segments of the backup, then those of its full that it needs, which count down from -1. */
function numbersOf({ catalog: { files }, segments, full }: SetDocuments): readonly SegmentId[] {
  const below = new Set<number>();
  if (full !== undefined)
    for (const file of files) for (const extent of extentsOf(file)) if (extent[3] === 1) below.add(extent[0]);
  const ofFull = [...below].sort((a, b) => a - b).map((number) => -1 - number);
  return [...Array.from({ length: segments.length }, (_, number) => number), ...ofFull];
}

function neededOf(set: SetDocuments, numbers: readonly SegmentId[], commit: Commit): readonly Needed[] {
  const extents = new Map<SegmentId, Wanted[]>(numbers.map((number) => [number, []]));
  for (const { name: file, extents: all } of set.catalog.files.flatMap(storedFilesOf))
    for (const extent of all) extents.get(segmentId(extent))?.push({ file, offset: extent[1], length: extent[2] });
  return numbers.map((number) => ({ ...sourceOf({ ...set, commit }, number), extents: extents.get(number) ?? [] }));
}
