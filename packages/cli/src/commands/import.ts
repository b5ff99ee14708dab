import { EXIT_STATUSES, parseCompression } from '@postgres-backuper/base';
import { type ImportSource, importFile } from '@postgres-backuper/core';
import { isDatabaseEncoding } from '@postgres-backuper/format';
import { type LegacySource, openLegacySource } from '@postgres-backuper/legacy';
import type { Command } from '../command.ts';
import { backupText } from '../print/backup.ts';
import { openDestinations } from '../services/destinations.ts';
import { readerOf } from '../services/file-reader.ts';
import { importDatabase, importTime } from '../services/import-request.ts';
import { placesOf } from '../services/old-places.ts';
import { openServer } from '../services/open-server.ts';
import { proven } from '../services/proven.ts';
import { sealThreads } from '../services/threads.ts';

/** Makes a backup of an old file; the exit status is 4 when a repository lacks it. Errors: those of importFile and verify. */
export const runImport: Command<'import'> = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { settings } = resolved;
  const [word = ''] = positionals;
  const startedAt = importTime(word, settings.fileDate, context.clock.now());
  const server = openServer(resolved, { environment, context });
  const database = importDatabase(server.databases);
  const destinations = await openDestinations(input);
  const { source, places } = await placesOf(word, input);
  const { jobs, segmentSize: segmentBytes, splitTables } = settings;
  const request = {
    ...{ name: settings.name ?? database, database, startedAt, jobs, segmentBytes, selection: EVERYTHING },
    compression: parseCompression(settings.compression),
    ...{ largeObjects: true, yieldAfterMs: undefined, lockTimeoutMs: LOCK_TIMEOUT_MS },
    splitFromBytes: splitTables === 0 ? undefined : splitTables,
  };
  const open = async () => {
    const reading = { server, places, decrypt: readerOf(settings) };
    return asSource(await openLegacySource({ source, database: settings.fileDatabase }, reading, context));
  };
  const services = { open, server, destinations, sealThreads: sealThreads(jobs) };
  const imported = await importFile(request, services, context);
  const proof = await proven(imported, settings, { server, destinations }, context);
  const made = { ...proof, anomalies: [], afterProblem: null };
  const isWhole = made.destinations.every(({ committed }) => committed);
  return {
    result: { backups: [made], skipped: [], failures: [] },
    text: backupText(made, terminal.colours.out),
    exit: isWhole ? 0 : EXIT_STATUSES.partial,
  };
};

const EVERYTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
/** Nobody else uses the server. */
const LOCK_TIMEOUT_MS = 60_000;

function asSource({ file, digest, facts, ...others }: LegacySource): ImportSource {
  const { roles, tablespaces, hasOwners, hasPrivileges, encoding = 'UTF8', serverVersion = null } = facts;
  const origin = { file: printable(file), ...digest, serverVersion };
  const own = encoding.toUpperCase().replace('UTF-8', 'UTF8');
  const known = isDatabaseEncoding(own) ? own : 'UTF8'; // the server converts what clients alone have
  return { ...others, origin, roles, tablespaces, hasOwners, hasPrivileges, encoding: known };
}

/** Names in the catalog are one line. */
function printable(file: string): string {
  return file.replace(/[\0-\x1f\x7f]/g, '?').slice(0, 1000);
}
