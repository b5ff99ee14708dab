import { ownMemory } from '@postgres-backuper/base/own-memory';
import {
  type Commit,
  dataKey,
  type ObjectEntry,
  type Piece,
  readSegment,
  SEGMENT_MAX_BYTES,
} from '@postgres-backuper/format';
import type { Opening } from '../cipher.ts';
import { startThreads, type ThreadGroup, type Threads } from '../pipeline/threads.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import type { OpenAnswer, OpenTask } from './open-thread.ts';
import { readSegmentPieces } from './read.ts';
import { getStored } from './read-stored.ts';

/** Opens the segments of one backup. */
export interface SegmentOpener {
  /** How many segments to open at once. */
  readonly count: number;
  /** Errors: those of readSegmentPieces. */
  open(entry: ObjectEntry, options: CallOptions): Promise<readonly Piece[]>;
  close(): Promise<void>;
}

interface Source {
  readonly commit: Commit;
  readonly repository: Repository;
}

/**
 * Opens segments in threads if there are any and the cipher allows it: the main thread is free for the storage and the
 * consumer of the bytes, without garbage collections for them. A segment that fails in a thread is read again in the
 * main thread, which reports the error.
 */
export function createSegmentOpener(source: Source, threads: Threads | undefined): SegmentOpener {
  const { commit, repository } = source;
  const isPlain = commit.encryption.profile === 'none';
  if (threads !== undefined && (isPlain || (repository.encryption !== 'none' && repository.cipher.opening))) {
    return openInThreads(source, threads);
  }
  return {
    count: 1,
    open: (entry, options) => openHere(source, entry, options),
    close: async () => undefined,
  };
}

function openInThreads(source: Source, threads: Threads): SegmentOpener {
  const group = startThreads<OpenTask, OpenAnswer>(threads, 'open');
  return {
    count: threads.count,
    close: group.close,
    async open(entry, options) {
      const tar = await askThread(source, { entry, group }, options);
      const pieces = tar && (await readSegment(tar).catch(() => undefined));
      return pieces ?? openHere(source, entry, options);
    },
  };
}

async function askThread(
  { commit, repository }: Source,
  { entry, group }: { entry: ObjectEntry; group: ThreadGroup<OpenTask, OpenAnswer> },
  options: CallOptions,
): Promise<OpenAnswer> {
  if (entry.sizeBytes > SEGMENT_MAX_BYTES) return undefined;
  const stored = await getStored(dataKey(commit, entry.key), entry.sizeBytes, { ...repository, ...options });
  let opening: Opening | undefined;
  if (commit.encryption.profile !== 'none') {
    opening = await repository.cipher.opening?.(stored).catch(() => undefined);
    if (opening === undefined) return undefined;
  }
  return group.ask({ stored, sha256: entry.sha256, opening }, ownMemory(stored));
}

function openHere({ commit, repository }: Source, entry: ObjectEntry, options: CallOptions): Promise<Piece[]> {
  return readSegmentPieces({ commit, entry }, repository, options);
}
