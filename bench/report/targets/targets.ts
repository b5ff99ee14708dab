import { BACKUP_TARGETS } from './backup.ts';
import { COMPRESSION_TARGETS } from './compression.ts';
import { INCREMENTAL_TARGETS } from './incremental.ts';
import { PARTS_TARGETS } from './parts.ts';
import { RESTORE_TARGETS } from './restore.ts';
import { SCALE_TARGETS } from './scale.ts';
import { SMALL_TARGETS } from './small.ts';
import type { Target } from './target.ts';

/** Every promise that is measured, in the order of the report. */
export const TARGETS: readonly Target[] = [
  ...BACKUP_TARGETS,
  ...COMPRESSION_TARGETS,
  ...INCREMENTAL_TARGETS,
  ...PARTS_TARGETS,
  ...SMALL_TARGETS,
  ...RESTORE_TARGETS,
  ...SCALE_TARGETS,
];
