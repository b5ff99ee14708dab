import type { Postgres } from './postgres.ts';
import type { Trap } from './trap.ts';
import { DATA_TRAPS } from './traps-of-data.ts';
import { DEFINITION_TRAPS } from './traps-of-definitions.ts';
import { SETTING_TRAPS } from './traps-of-settings.ts';

/** Every trap that research measured, each in a database of its own. */
export const TRAPS: readonly Trap[] = [...SETTING_TRAPS, ...DEFINITION_TRAPS, ...DATA_TRAPS];

/** Makes the database of one trap. */
export async function createTrapDatabase(server: Postgres, trap: Trap): Promise<void> {
  const quoted = `"${trap.dbname.replaceAll('"', '""')}"`;
  for (const role of trap.roles ?? []) {
    const known = await server.psql(`SELECT 1 FROM pg_roles WHERE rolname = '${role.replaceAll("'", "''")}'`);
    if (known === '') await server.createRole(role);
  }
  await server.createDatabase(trap.dbname, trap.options ?? 'TEMPLATE template0');
  await server.psql(`SET client_encoding = 'UTF8'; SET check_function_bodies = off;\n${trap.sql}`, trap.dbname);
  if (trap.finish !== undefined) await server.psql(trap.finish.replaceAll(':db', quoted));
}
