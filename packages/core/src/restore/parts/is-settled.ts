import { settledQuery } from '@postgres-backuper/postgres';
import type { CopySession } from '../copy-session.ts';
import { holderGone } from './holder-gone.ts';

/** Whether a job is done or was refused. `run`: of the holder. Errors: holder-gone where another run of it has begun. */
export async function isSettled(
  session: CopySession,
  { id, run }: { readonly id: number; readonly run: string },
): Promise<boolean> {
  const [now] = await session.query<{ settled: boolean; current: boolean }>(settledQuery(id, run));
  if (now?.current !== true) throw holderGone();
  return now.settled;
}
