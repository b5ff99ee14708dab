import { restoreLegacy, restoreLegacyGlobals } from '@postgres-backuper/legacy';
import { say, settingsError } from '@postgres-backuper/options';
import type { CommandInput, Outcome } from '../command.ts';
import { legacyGlobalsText, legacyRestoreText } from '../print/restore.ts';
import { asksFor } from '../services/asked.ts';
import { readerOf } from '../services/file-reader.ts';
import { withClient } from '../services/install-client.ts';
import { placesOf } from '../services/old-places.ts';
import type { OpenServer } from '../services/open-server.ts';

/** Options that work only with our own backups. */
const NOT_FOR_FILES = [
  ...([
    'plan',
    'toOlder',
    'intoEmpty',
    'replace',
    'disconnect',
    'section',
    'intoSchema',
    'dataOnly',
    'truncate',
    'transform',
    'assert',
    'compareLive',
    'liveUrl',
    'at',
    'table',
    'noOwner',
    'noPrivileges',
    'noTablespaces',
    'noPolicies',
    'noEventTriggers',
  ] as const),
  ...(['noPublications', 'noSubscriptions', 'noComments', 'noSecurityLabels', 'excludeExtension'] as const),
  ...(['createRoles', 'withPasswords', 'roleMap', 'locale', 'localeProvider'] as const),
] as const;

/** Restores a file of pg_dump or pg_dumpall: a path, `s3://bucket/key`, `sftp://user@host/path`, or a key in the repository. Errors: configuration-invalid. */
export async function restoreOldFile(
  input: CommandInput<'restore'>,
  { opened, source: word }: { readonly opened: OpenServer; readonly source: string },
): Promise<Outcome<'restore'>> {
  const { settings, sources } = input.resolved;
  const { maintenanceDb: maintenanceDatabases, into, fileDatabase: database, fileGlobals } = settings;
  const useless = NOT_FOR_FILES.filter((name) => asksFor(input.resolved, name)).map((name) => sources.get(name));
  if (useless.length > 0) throw settingsError([`${useless.join(', ')}: not possible with a file`], 'leave it out');
  const { source, places } = await placesOf(word, input);
  const others = (['into', 'fileDatabase'] as const).filter((name) => asksFor(input.resolved, name));
  if (fileGlobals && others.length > 0) {
    throw settingsError([`${say.option('fileGlobals')} restores no database`], 'give it in a separate run');
  }
  if (!fileGlobals && into === undefined) {
    throw settingsError(['a file goes into a database of another name'], `give it with ${say.option('into')}`);
  }
  const services = { server: await withClient(input, opened), places, decrypt: readerOf(settings) };
  if (into === undefined) {
    const made = await restoreLegacyGlobals({ source, maintenanceDatabases }, services, input.context);
    return { result: made, text: legacyGlobalsText(made, input.terminal.colours.out) };
  }
  const request = { source, into, maintenanceDatabases, database };
  const result = await restoreLegacy(request, services, input.context);
  return { result, text: legacyRestoreText(result, input.terminal.colours.out) };
}
