import { BackuperError, numberOf, say } from '@postgres-backuper/base';
import { pauseReplay, textOf } from '@postgres-backuper/postgres';
import type { ServerFacts } from './facts.ts';
import type { Findings } from './items.ts';

/** The first major version that says whether it has paused. */
const SAYS_STATE = 14;

/** What a backup of a standby lacks, and whether the replay can be paused where that is asked for. */
export function judgeStandby(facts: ServerFacts, asked: { readonly pauseReplay?: boolean }, findings: Findings): void {
  if (asked.pauseReplay === true) judgePause(facts, findings);
  else if (facts.isStandby) {
    const hint = `give ${say.option('pauseReplay')}, set max_standby_streaming_delay on it longer than a dump takes, or back up the primary`;
    findings.warning('standby', 'the server is a standby and may cancel a long dump', hint);
  }
  if (facts.replayPausedBy === 'others') {
    const text = 'the replay of the standby is paused, and by no backup that runs: a backup is only as new as that';
    findings.warning('replay', text, 'if nobody needs the pause, run on the standby: SELECT pg_wal_replay_resume()');
  }
  if (facts.isStandby) judgeUnlogged(facts, findings);
}

function judgePause({ isStandby, serverMajor, mayPauseReplay, role, database }: ServerFacts, findings: Findings): void {
  const wrong = (text: string, hint: string): void =>
    findings.problem('standby', new BackuperError('configuration-invalid', text, { hint }));
  if (!isStandby)
    wrong(
      'the server is no standby: it has no replay to pause',
      `leave out ${say.given('pauseReplay')}, or connect to a standby`,
    );
  else if (serverMajor < SAYS_STATE)
    wrong(
      `PostgreSQL ${serverMajor} does not say whether its replay is paused`,
      `leave out ${say.given('pauseReplay')}: it needs PostgreSQL ${SAYS_STATE}`,
    );
  else if (!mayPauseReplay) findings.problem('standby', lacksRight(role, database));
  else findings.ok('standby', 'the replay can be paused while a backup reads');
}

function lacksRight(role: string, database: string): BackuperError {
  const text = `role '${role}' may not pause the replay of the standby`;
  const hint = `run as superuser on the primary, in database '${database}': ${textOf(pauseReplay(role))}`;
  return new BackuperError('privilege-missing', text, { hint });
}

function judgeUnlogged({ unloggedTables }: ServerFacts, findings: Findings): void {
  if (unloggedTables === 0) return;
  const text = `a standby has no rows of unlogged tables: ${numberOf(unloggedTables, 'table')} will be empty in the backup`;
  findings.warning('unlogged tables', text, `back up the primary, or name them in ${say.option('allowMissingData')}`);
}
