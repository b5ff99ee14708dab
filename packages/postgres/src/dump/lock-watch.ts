import { BackuperError, type Context, say } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { literal, type Sql, sql } from '../session/sql.ts';

const LOOK_EVERY_MS = 10_000;

export interface LockWatch {
  /** application_name of all sessions of this backup (PGAPPNAME). */
  readonly applicationName: string;
  /** The backup ends if a session waits for its locks for longer than this; undefined: never. */
  readonly yieldAfterMs: number | undefined;
  /** Ends the backup. */
  readonly abort: (reason: BackuperError) => void;
}

interface Blocked {
  readonly pid: number;
  readonly who: string;
  readonly query: string;
}

/** Sessions that wait for a lock of this backup. Lock functions show the present state, not that of the snapshot. */
function blockedSessions(applicationName: string): Sql {
  return sql`
SELECT a.pid, coalesce(a.usename, '?') || coalesce('/' || nullif(a.application_name, ''), '') AS who,
       pg_catalog.left(a.query, 100) AS query
  FROM pg_catalog.pg_stat_activity a
 WHERE a.wait_event_type = 'Lock' AND a.datname = pg_catalog.current_database() AND EXISTS (
   SELECT FROM pg_catalog.pg_stat_activity o WHERE o.application_name = ${literal(applicationName)}
      AND o.pid = ANY (pg_catalog.pg_blocking_pids(a.pid)))`;
}

/**
 * Reports every 10 s which sessions are blocked by the locks of a dump. The queries also detect a dead server and keep
 * an idle session open in firewalls. Returns a function that ends the watch.
 */
export function watchLocks(session: Session, watch: LockWatch, context: Context): () => void {
  let watching = true;
  const since = new Map<number, number>();
  const look = async (): Promise<void> => {
    await session.execute(sql`SELECT pg_catalog.pg_stat_clear_snapshot()`);
    const blocked = await session.query<Blocked>(blockedSessions(watch.applicationName));
    const now = context.clock.elapsed();
    for (const pid of since.keys()) if (!blocked.some((other) => other.pid === pid)) since.delete(pid);
    for (const other of blocked) report(other, now);
  };
  const report = (other: Blocked, now: number): void => {
    const first = since.get(other.pid);
    since.set(other.pid, first ?? now);
    const seconds = Math.round((now - (first ?? now)) / 1000);
    const text = `session ${other.pid} (${other.who}) waits for our locks${seconds > 0 ? ` since ${seconds} s` : ''}: ${other.query}`;
    context.emit({ type: 'warning', text, hint: `use ${say.option('yieldAfter')} to let such sessions go first` });
    if (watch.yieldAfterMs !== undefined && now - (first ?? now) >= watch.yieldAfterMs) {
      watch.abort(
        new BackuperError(
          'yielded-to-migration',
          `ended so that session ${other.pid} (${other.who}) can continue: ${other.query}`,
          {
            hint: 'run the backup again when the other session is done',
          },
        ),
      );
    }
  };
  const everyMs = Math.min(LOOK_EVERY_MS, Math.max(1000, (watch.yieldAfterMs ?? LOOK_EVERY_MS) / 2));
  void (async () => {
    while (watching) {
      await context.clock.sleep(everyMs, { idle: true });
      if (watching) await look().catch(() => undefined); // the dump itself fails if the session is gone
    }
  })();
  return () => {
    watching = false;
  };
}
