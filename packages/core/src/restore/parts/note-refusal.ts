import type { Context } from '@postgres-backuper/base';
import { claimQuery, noteRefused, runLockKey } from '@postgres-backuper/postgres';
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

/** `left`: another session still has the claim, so the job is to be looked at again. */
type Noted = 'noted' | 'settled' | 'left';

/**
 * Notes why a job was refused, for the holder. A refusal may have ended the session, which gives the claim back: then it
 * is taken again, and what another process did meanwhile counts. `claimed`: the session that took the claim. Errors:
 * holder-gone.
 */
export async function noteRefusal(
  { id, run, why }: JobRefusal,
  { claimed, session: kept }: { readonly claimed: CopySession; readonly session: KeptSession },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Noted> {
  const session = await kept.get();
  if (session !== claimed) {
    if (!(await claimAgain(session, { id, run }, context))) return 'left';
    if (await isSettled(session, { id, run })) return 'settled';
  }
  await session.execute(noteRefused(id, why));
  return 'noted';
}

/** How long the end of a session, which undoes what it did, or another process is waited for, and the pause between two looks, milliseconds. */
const CLAIM_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** Whether it could be taken in time. Who has it then notes what becomes of the job. */
async function claimAgain(
  session: CopySession,
  of: Pick<JobRefusal, 'id' | 'run'>,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<boolean> {
  const begunAt = clock.elapsed();
  for (;;) {
    const [claim] = await session.query<{ mine: boolean }>(claimQuery({ job: claimKey(of) }));
    if (claim?.mine === true) return true;
    if (clock.elapsed() - begunAt > CLAIM_MS) return false;
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}
