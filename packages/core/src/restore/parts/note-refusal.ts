import { noteRefused, runLockKey, waitForClaim } from '@postgres-backuper/postgres';
import type { CopySession } from '../copy-session.ts';
import type { KeptSession } from '../kept-session.ts';
import { isSettled } from './is-settled.ts';

export interface JobRefusal {
  readonly id: number;
  /** Of the holder. */
  readonly run: string;
  /** As refused-texts write it. */
  readonly why: string;
}

/** The key of the lock of a job. */
export function claimKey({ id, run }: Pick<JobRefusal, 'id' | 'run'>): string {
  return runLockKey(`${run}\n${id}`);
}

/**
 * Notes why a job was refused, for the holder. A refusal may have ended the session, which gives the claim back: then it
 * is waited for, and what another process did meanwhile counts. `claimed`: the session that took the claim. Returns
 * whether it was noted. Errors: holder-gone.
 */
export async function noteRefusal(
  { id, run, why }: JobRefusal,
  { claimed, session: kept }: { readonly claimed: CopySession; readonly session: KeptSession },
): Promise<boolean> {
  const session = await kept.get();
  if (session !== claimed && !(await claimAgain(session, { id, run }))) return false;
  await session.execute(noteRefused(id, why));
  return true;
}

/** Whether the job is still to be done, or to be noted. Errors: holder-gone. */
async function claimAgain(session: CopySession, { id, run }: Pick<JobRefusal, 'id' | 'run'>): Promise<boolean> {
  await session.query(waitForClaim(claimKey({ id, run })));
  return !(await isSettled(session, { id, run }));
}
