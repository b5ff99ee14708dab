import { body, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/*
 * A pause of the replay outlives the session that asked for it. So a session of the standby itself holds it, which needs
 * no client: it resumes the replay once the run is gone, however that ended. Advisory locks say who is there. Each is
 * held in some database, and pg_locks shows those of all.
 */

/** The first number of the locks, `pgbr`. */
const LOCKS = 0x70_67_62_72;
/** The run lives: its own session has it, with the number of its process as the second number. */
const RUN_LOCKS = LOCKS + 1;
/** The second number: a guard that needs the pause. */
const HOLDS = 1;
/** The second number: a guard that is about to resume the replay, unless another one needs the pause. */
const LEAVES = 2;

/** Where a guard leaves the word of `PauseEnd`. */
const END = 'postgres_backuper.replay_pause_end';

/**
 * How a guard ended: `resumed` by it; `shared`: another run still needs the pause; `foreign`: the replay was paused by
 * somebody else, who keeps it; `taken`: somebody else resumed it, or promoted the standby.
 */
export type PauseEnd = 'resumed' | 'shared' | 'foreign' | 'taken';

/** True while a run of this program holds the pause. */
export const PAUSED_BY_BACKUP: Sql = isLocked(LOCKS, HOLDS);

/** Taken by the session of a run, and given back with it. */
export const LOCK_OF_RUN: Sql = sql`SELECT pg_catalog.pg_advisory_lock(${wholeNumber(RUN_LOCKS)}, pg_catalog.pg_backend_pid())`;

export interface PauseState {
  /** As the server calls it; `promoted`: it is no standby any more. */
  readonly state: 'not paused' | 'pause requested' | 'paused' | 'promoted';
  readonly held: boolean;
}

/** The state of the replay, and whether a run holds the pause. */
export const READ_PAUSE: Sql = sql`SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
    THEN pg_catalog.pg_get_wal_replay_pause_state() ELSE 'promoted' END AS state, ${PAUSED_BY_BACKUP} AS held`;

export const RESUME: Sql = sql`SELECT pg_catalog.pg_wal_replay_resume()`;

export const READ_PAUSE_END: Sql = sql`SELECT pg_catalog.current_setting(${literal(END)}, true) AS "end"`;

/**
 * Pauses the replay and waits until the run's session has ended: one statement, which continues without its client. One
 * that leaves says so before it looks for others, and one that comes looks for those that leave after it has said that
 * it is there: so no pause ends that a run relies on.
 */
export function guardOfRun(pid: number): Sql {
  const lives = isLocked(RUN_LOCKS, pid);
  const leaves = isLocked(LOCKS, LEAVES);
  const paused = sql`pg_catalog.pg_get_wal_replay_pause_state() <> 'not paused'`;
  return sql`DO ${body(sql`
DECLARE looks int := 0;
BEGIN
  WHILE ${leaves} OR (${paused} AND NOT ${PAUSED_BY_BACKUP}) LOOP
    IF NOT ${leaves} THEN looks := looks + 1; END IF;
    IF looks > 2 THEN ${ends('foreign')} RETURN; END IF;
    PERFORM pg_catalog.pg_sleep(0.2);
  END LOOP;
  PERFORM pg_catalog.pg_advisory_lock_shared(${wholeNumber(LOCKS)}, ${wholeNumber(HOLDS)});
  WHILE ${leaves} LOOP PERFORM pg_catalog.pg_sleep(0.1); END LOOP;
  IF ${lives} THEN PERFORM pg_catalog.pg_wal_replay_pause(); END IF;
  WHILE ${lives} LOOP
    PERFORM pg_catalog.pg_sleep(0.2);
    IF NOT pg_catalog.pg_is_in_recovery() OR NOT ${paused} THEN
      PERFORM pg_catalog.pg_advisory_unlock_all(); ${ends('taken')} RETURN;
    END IF;
  END LOOP;
  PERFORM pg_catalog.pg_advisory_lock_shared(${wholeNumber(LOCKS)}, ${wholeNumber(LEAVES)});
  PERFORM pg_catalog.pg_advisory_unlock_shared(${wholeNumber(LOCKS)}, ${wholeNumber(HOLDS)});
  IF ${PAUSED_BY_BACKUP} THEN ${ends('shared')}
  ELSE
    IF pg_catalog.pg_is_in_recovery() THEN PERFORM pg_catalog.pg_wal_replay_resume(); END IF;
    ${ends('resumed')}
  END IF;
  PERFORM pg_catalog.pg_advisory_unlock_shared(${wholeNumber(LOCKS)}, ${wholeNumber(LEAVES)});
END`)}`;
}

function ends(end: PauseEnd): Sql {
  return sql`PERFORM pg_catalog.set_config(${literal(END)}, ${literal(end)}, false);`;
}

function isLocked(first: number, second: number): Sql {
  return sql`EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
    AND classid = ${wholeNumber(first)} AND objid = ${wholeNumber(second)})`;
}
