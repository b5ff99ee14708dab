import { appendFileSync } from 'node:fs';

/** A file that gets a line for each server that was started; set by `pnpm test`. */
const FILE = 'PGBACKUPER_START_TIMES';

/** Starts a server and notes how long it took, for the table at the end of `pnpm test`. */
export async function timedStart<T>(kind: string, start: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const started = await start();
  const file = process.env[FILE];
  // a short line is appended whole, also when another worker writes at the same time
  if (file) appendFileSync(file, `${kind}\t${Math.round(performance.now() - begun)}\n`);
  return started;
}
