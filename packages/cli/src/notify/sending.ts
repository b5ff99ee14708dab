import { SIGNAL_EXITS } from '@postgres-backuper/base';
import { realClock } from '../real-clock.ts';
import { cancelled } from '../session.ts';

/** From a cancel to the end of the sending, milliseconds: GitHub kills a process 7.5 s after it, and a run ends within 4.5 s. */
const CANCELLED_MS = 6500;
const CANCELLED_LEAST_MS = 1000;

/** The limits of what is sent after a cancel. */
export function limitsOfCancelled() {
  const now = realClock.elapsed();
  const leftMs = Math.round(Math.max(CANCELLED_LEAST_MS, (cancelled.at ?? now) + CANCELLED_MS - now));
  return { attemptMs: leftMs, totalMs: leftMs };
}

/** Signals end what is done after a command, and not the process: its outcome stands. */
export async function whileSending<Result>(send: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const names = Object.keys(SIGNAL_EXITS);
  for (const name of names) process.on(name, abort);
  try {
    return await send(controller.signal);
  } finally {
    for (const name of names) process.off(name, abort);
  }
}
