/** Asks every 5 ms, a minute at most; what pg_stat_activity says would be the same in the whole transaction. */
export function untilSql(condition: string): string {
  return `SET statement_timeout = '60s';
    DO $until$ BEGIN
      WHILE NOT (${condition}) LOOP PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP;
    END $until$`;
}
