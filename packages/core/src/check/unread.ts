import { runCheckpoint, type Session, textOf, unreadProblem } from '@postgres-backuper/postgres';
import type { Findings } from './items.ts';

/** Whether differentials can leave tables unread: without it they read everything. Errors: those of the session. */
export async function checkUnread(session: Session, role: string, findings: Findings): Promise<void> {
  const [what, problem] = ['unchanged tables', await unreadProblem(session)];
  if (problem === undefined) findings.ok(what, 'the server knows which they are, and the role may ask');
  else findings.warning(what, `every table will be read: ${problem}`, hintFor(role));
}

function hintFor(role: string): string {
  return `on PostgreSQL 17 or later set summarize_wal = on, and run as superuser: ${textOf(runCheckpoint(role))}`;
}
