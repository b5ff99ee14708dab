import type { Session } from './psql.ts';
import { sql } from './sql.ts';

/**
 * Event triggers of the original do not fire in this session, as far as the role may choose that. PostgreSQL 17 has a
 * setting; before, those that are not ALWAYS rest in a replica. Errors: those of Session.execute.
 */
export async function withoutEventTriggers(session: Session): Promise<void> {
  await session.execute(WITHOUT_EVENT_TRIGGERS);
}

const WITHOUT_EVENT_TRIGGERS = sql`DO $$ BEGIN
  PERFORM pg_catalog.set_config('session_replication_role', 'replica', false);
  PERFORM pg_catalog.set_config(name, 'off', false) FROM pg_catalog.pg_settings WHERE name = 'event_triggers';
EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`;
