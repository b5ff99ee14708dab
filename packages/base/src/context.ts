import type { Activity } from './activity.ts';
import type { Clock } from './clock.ts';
import type { Emit } from './events.ts';

/** What every command gets from its host, instead of globals. */
export interface Context {
  readonly clock: Clock;
  readonly emit: Emit;
  /** Aborted to cancel; its reason is a BackuperError `cancelled`. */
  readonly signal: AbortSignal;
  /** An existing directory for private temporary files. */
  readonly tempDir: string;
  /** Notices endless waits; absent: they are not noticed. */
  readonly activity?: Activity;
  /** `postgres-backuper 0.1.0`, written into commits. */
  readonly tool: string;
  /** Written into records; absent: unknown. */
  readonly by?: Author;
}

/** Who runs the program, as far as it is known. */
export interface Author {
  /** The account that started the job, or that runs the program. */
  readonly user?: string;
  readonly machine?: string;
  /** The page of the job. */
  readonly job?: string;
}
