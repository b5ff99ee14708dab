import { existsSync } from 'node:fs';
import { restore, restoreLegacy, type Server } from '@postgres-backuper/core';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { settingsError } from '../options/settings-error.ts';
import { legacyRestoreText, restoreText } from '../print/restore.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { openServer } from '../services/open-server.ts';
import { openOldPlaces } from '../services/repositories.ts';
import { parseTarget } from '../services/target.ts';

/** Brings a backup back into a new database and shows every table's rows. */
export const runRestore: Command = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { settings } = resolved;
  const server = openServer(resolved, { environment, context });
  if (positionals[0] !== undefined && /\.sql(\.gz)?$/.test(positionals[0])) {
    return restoreOldFile(input, { server, source: positionals[0] });
  }
  const target = parseTarget(positionals[0], settings.at);
  const { repository, name } = await openChosenBackup(input, target);
  const request = {
    name,
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

/** A file of the original scripts: a path, or a key in the repository. It does not tell its database's name. */
async function restoreOldFile(
  input: CommandInput,
  { server, source }: { server: Server; source: string },
): Promise<Outcome> {
  const { maintenanceDb: maintenanceDatabases, into } = input.resolved.settings;
  if (into === undefined) throw settingsError(['an old file does not tell its database'], 'give --into NEWDB');
  const [storage] = existsSync(source) ? [] : await openOldPlaces(input.resolved, input);
  const services = storage === undefined ? { server } : { server, repository: { storage } };
  const result = await restoreLegacy({ source, into, maintenanceDatabases }, services, input.context);
  return { result, text: legacyRestoreText(result, input.terminal.colours.out) };
}
