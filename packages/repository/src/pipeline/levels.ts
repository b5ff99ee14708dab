import type { Clock, Compression } from '@postgres-backuper/base';
import { createAutoLevels } from './auto-levels.ts';

/** How segments are on their way at a moment. */
export interface Underway {
  /** Have no place yet among those that are sealed or stored. */
  readonly waiting: number;
  /** Are sealed, or wait for a sealer. */
  readonly sealing: number;
  readonly storing: number;
}

/** How many segments were compressed at a level of zstd. */
export interface LevelUse {
  readonly level: number;
  readonly segments: number;
}

/** Chooses the level of zstd of each segment. */
export interface Levels {
  /** Of the segment that is sealed now. */
  next(): number;
  /** To be called after each change. */
  see(now: Underway): void;
  /** Those that were chosen so far, the lowest first. */
  used(): readonly LevelUse[];
}

/** `sealers`: how many segments are sealed at once. */
export function createLevels(
  compression: Compression,
  services: { readonly sealers: number; readonly clock: Pick<Clock, 'elapsed'> },
): Levels {
  return compression === 'auto' ? createAutoLevels(services) : fixedLevel(compression.level);
}

/** The same level for each segment. */
export function fixedLevel(level: number): Levels {
  let segments = 0;
  return {
    next() {
      segments += 1;
      return level;
    },
    see: () => undefined,
    used: () => (segments === 0 ? [] : [{ level, segments }]),
  };
}
