import { applyRole, planRole } from '@postgres-backuper/core';
import { say, settingsError } from '@postgres-backuper/options';
import type { Command } from '../command.ts';
import { setupRoleText } from '../print/setup-role.ts';
import { openServer } from '../services/open-server.ts';
import { createServer } from '../services/server.ts';

/** The name in docs/minimal-role.md. */
const USUAL_ROLE = 'backup';

/** Prints the SQL of the least role, or runs it. */
export const runSetupRole: Command<'setup-role'> = async ({ resolved, environment, positionals, context }) => {
  const { apply, rolePassword, skipUnchanged, pauseReplay } = resolved.settings;
  const [role = USUAL_ROLE] = positionals;
  const [database, ...others] = createServer(resolved, environment).databases;
  if (database === undefined || others.length > 0) throw oneDatabase();
  if (rolePassword !== undefined && !apply) throw onlyApplied();
  const request = { role, database, skipUnchanged, pauseReplay };
  const services = { password: rolePassword?.reveal() };
  const result = apply
    ? await applyRole(request, { ...services, server: openServer(resolved, { environment, context }) }, context)
    : planRole(request);
  return { result, text: setupRoleText(result) };
};

function oneDatabase() {
  const hint = `name it with ${say.option('dbname')}; for several, begin once for each`;
  return settingsError(['the role is made for one database'], hint);
}

function onlyApplied() {
  const problem = `${say.given('rolePassword')} is given without ${say.option('apply')}`;
  return settingsError([problem], 'printed SQL holds no password: leave it out, and set it in psql');
}
