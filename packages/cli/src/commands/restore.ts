import { restore } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { restoreText } from '../print/restore.ts';
import { backupName } from '../services/backup-name.ts';
import { openRepository } from '../services/repositories.ts';
import { createServer } from '../services/server.ts';
import { parseTarget } from '../services/target.ts';

/** Brings a backup back into a new database and shows every table's rows. */
export const runRestore: Command = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { settings } = resolved;
  const target = parseTarget(positionals[0], settings.at);
  const server = createServer(resolved, environment);
  const repository = await openRepository(resolved, input);
  const request = {
    name: await backupName(input, repository, context),
    target,
    ...(settings.into === undefined ? {} : { into: settings.into }),
    maintenanceDatabases: settings.maintenanceDb,
    jobs: settings.jobs,
    owner: !settings.noOwner,
    privileges: !settings.noPrivileges,
    ...(settings.table.length === 0 ? {} : { tables: settings.table }),
  };
  const result = await restore(request, { server, repository }, context);
  return { result, text: restoreText(result, terminal.colours.out) };
};
