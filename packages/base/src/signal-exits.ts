import { EXIT_STATUSES } from './errors.ts';

/** Exit status of a command that a signal cancelled: 128 and the signal's number. */
export const SIGNAL_EXITS = { SIGHUP: 129, SIGINT: EXIT_STATUSES.cancelled, SIGTERM: 143 } as const;

/** Whether a command ended because a signal cancelled it. */
export function isCancelledExit(exit: number): boolean {
  return Object.values<number>(SIGNAL_EXITS).includes(exit);
}
