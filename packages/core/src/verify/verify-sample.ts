import { type Context, numberOf } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import {
  type Catalog,
  type Commit,
  dataKey,
  type ObjectEntry,
  type Piece,
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
  const needed = neededBy(set, commit);
  const { has, ...sample } = chooseSample({ label: commit.label, share, now: clock.now(), ofSegments: needed.length });
  const { part, parts, segments } = sample;
  emit({
    type: 'notice',
    text: `reading part ${part} of ${parts}: ${numberOf(segments, 'segment')} of ${needed.length}`,
  });
  const openers = new Map<Commit, SegmentOpener>();
  const openerOf = (one: Commit): SegmentOpener => {
    const opener = openers.get(one) ?? createSegmentOpener({ commit: one, repository }, openThreads);
    openers.set(one, opener);
    return opener;
  };
  try {
    for (const one of needed.filter((_, index) => has(index)))
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

/** All segments of the backup, then those of its full that it needs. */
function neededBy({ catalog, segments, full }: SetDocuments, commit: Commit): readonly Needed[] {
  const [own, below] = [extentsOf(catalog, false), extentsOf(catalog, true)];
  return [
    ...segments.map((entry, number) => ({ commit, entry, extents: own.get(number) ?? [] })),
    ...[...below].flatMap(([number, extents]) => {
      const entry = full?.segments[number];
      return full === undefined || entry === undefined ? [] : [{ commit: full.commit, entry, extents }];
    }),
  ];
}

function extentsOf({ files }: Catalog, ofParent: boolean): ReadonlyMap<number, readonly Wanted[]> {
  const found = new Map<number, Wanted[]>();
  for (const { name, extents } of files) {
    for (const [number, offset, length, inParent] of extents) {
      if ((inParent === 1) !== ofParent) continue;
      const wanted = found.get(number) ?? [];
      found.set(number, wanted);
      wanted.push({ file: name, offset, length });
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}
