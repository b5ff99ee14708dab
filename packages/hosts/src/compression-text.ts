import { compressionName, FASTEST, numberOf } from '@postgres-backuper/base';
import type { BackupResult } from '@postgres-backuper/core';

/** It says nothing. */
const DEFAULT = compressionName(FASTEST);

/** `auto: 41 segments at level 10, 4 at level 6, 5 at level 1`; undefined where nothing else than the default was asked for. */
export function compressionText({
  compression: { asked, levels },
}: Pick<BackupResult, 'compression'>): string | undefined {
  if (asked === DEFAULT || levels.length === 0) return undefined;
  if (asked !== 'auto') return asked;
  const [most, ...others] = levels.toSorted((a, b) => b.segments - a.segments);
  const parts = others.map(({ level, segments }) => `${segments} at level ${level}`);
  return `auto: ${[`${numberOf(most?.segments ?? 0, 'segment')} at level ${most?.level}`, ...parts].join(', ')}`;
}
