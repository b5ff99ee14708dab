import { blockingError, planRestore, restore } from '@postgres-backuper/core';
import { settingsError } from '@postgres-backuper/options';
import type { Command } from '../command.ts';
import { planText } from '../print/plan.ts';
import { restoreText } from '../print/restore.ts';
import { asksFor } from '../services/asked.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { withClient } from '../services/install-client.ts';
import { isOldFile } from '../services/old-places.ts';
import { openServer } from '../services/open-server.ts';
import { parseTarget } from '../services/target.ts';
import { restoreOldFile } from './restore-old-file.ts';

/** Restores a backup into a new database and shows the rows of every table, or shows what a restore would find. */
export const runRestore: Command<'restore'> = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { settings, sources } = resolved;
  const opened = openServer(resolved, { environment, context });
  const [word] = positionals;
  if (word !== undefined && isOldFile(word)) return restoreOldFile(input, { opened, source: word });
  for (const name of ['fileDatabase', 'fileGlobals'] as const) {
    if (asksFor(resolved, name))
      throw settingsError([`${sources.get(name)} is for a file of pg_dumpall`], 'leave it out');
  }
  const target = parseTarget(word, settings.at);
  const { repository, name } = await openChosenBackup(input, target);
  const request = {
    name,
    target,
    into: settings.into,
    maintenanceDatabases: settings.maintenanceDb,
    jobs: settings.jobs,
    owner: !settings.noOwner,
    privileges: !settings.noPrivileges,
    tablespaces: !settings.noTablespaces,
    ...(settings.table.length === 0 ? {} : { tables: settings.table }),
  };
  const server = await withClient(input, opened);
  const colours = terminal.colours.out;
  if (settings.plan) {
    const plan = await planRestore({ ...request, policies: true }, { server, repository }, context);
    return { result: plan, text: planText(plan, colours), exit: blockingError(plan.findings)?.exitStatus ?? 0 };
  }
  const result = await restore(request, { server, repository }, context);
  return { result, text: restoreText(result, colours) };
};
