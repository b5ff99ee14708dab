import {
  BackuperError,
  type BackupRequest,
  type BackupResult,
  type BackupServices,
  backup,
  type Repository,
  toBackuperError,
  verify,
} from '@postgres-backuper/core';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { settingsError } from '../options/settings-error.ts';
import { backupText } from '../print/backup.ts';
import { backupRequest } from '../services/backup-request.ts';
import { requireReader, requireRecipient } from '../services/ciphers.ts';
import { type ChosenDatabases, type ClosedDatabase, chosenDatabases } from '../services/databases.ts';
import { isNewerThan } from '../services/newest.ts';
import { openServer } from '../services/open-server.ts';
import { openRepositories } from '../services/repositories.ts';
import { openThreads, sealThreads } from '../services/threads.ts';
import { verifyRequest } from '../services/verify-request.ts';

interface Failure {
  readonly database: string;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** One backup per database; the exit status is 4 when only some of what was asked for is there. */
export const runBackup: Command = async (input) => {
  const { resolved, environment, context } = input;
  const { settings } = resolved;
  const server = openServer(resolved, { environment, context });
  const destinations = await openRepositories(resolved, input);
  for (const destination of destinations) {
    requireRecipient(destination);
    if (settings.verify !== 'stored') requireReader(destination.cipher);
  }
  const notices = new Set(destinations.flatMap(({ cipher }) => cipher.notices));
  for (const text of notices) context.emit({ type: 'warning', text });
  requireOneCipher(destinations);
  if (settings.incremental) {
    context.emit({ type: 'notice', text: 'INCREMENTAL_BACKUP: this version makes a full backup each time' });
  }
  const databases = await chosenDatabases(settings, server, context);
  if (settings.name !== undefined && numberOfDatabases(databases) > 1) {
    throw settingsError(['one --name cannot stand for several databases'], 'leave --name away: each has its own name');
  }
  return backupAll(input, databases, destinations);
};

async function backupAll(
  input: CommandInput,
  databases: ChosenDatabases,
  destinations: readonly Repository[],
): Promise<Outcome> {
  const { resolved, context } = input;
  const backups: BackupResult[] = [];
  const skipped: string[] = [];
  const errors: { database: string; error: BackuperError }[] = [];
  const isOnly = numberOfDatabases(databases) === 1;
  const failed = (failure: ClosedDatabase): void => {
    if (isOnly) throw failure.error;
    errors.push(failure);
    context.emit({ type: 'warning', text: `'${failure.database}': ${failure.error.message}` });
  };
  for (const closed of databases.closed) failed(closed);
  for (const server of databases.servers) {
    const database = server.env.PGDATABASE ?? '';
    if (!isOnly) context.emit({ type: 'notice', text: `database '${database}'` });
    try {
      const request = backupRequest(resolved.settings, database);
      if (await isNewerThan(request.name, { maxAgeMs: resolved.settings.skipIfNewerThan, destinations }, context)) {
        skipped.push(database);
      } else backups.push(await backupOne(input, request, { server, destinations }));
    } catch (error) {
      context.signal.throwIfAborted();
      if (isOnly) throw error;
      failed({ database, error: toBackuperError(error) });
    }
  }
  return outcome({ backups, skipped, errors }, input);
}

function numberOfDatabases({ servers, closed }: ChosenDatabases): number {
  return servers.length + closed.length;
}

/** A dump is encrypted once. Errors: configuration-invalid. */
function requireOneCipher(destinations: readonly Repository[]): void {
  const readers = destinations.map(({ encryption, cipher }) => [encryption, ...cipher.recipients].join(' '));
  if (new Set(readers).size <= 1) return;
  throw settingsError(
    ['the destinations have different keys'],
    'give the same public keys to all: a dump is encrypted once',
  );
}

/** Makes a backup and proves it as far as was asked. Errors: those of backup and verify. */
async function backupOne(
  { resolved: { settings }, context }: CommandInput,
  request: BackupRequest,
  { server, destinations }: BackupServices,
): Promise<BackupResult> {
  const services = { server, destinations, sealThreads: sealThreads(request.jobs) };
  const made = await backup(request, services, context);
  if (settings.verify === 'stored') return made; // that a backup proves itself
  const target = { label: made.label };
  for (const [index, repository] of destinations.entries()) {
    if (made.destinations[index]?.committed !== true) continue;
    const asked = verifyRequest({ name: made.name, target, level: settings.verify }, settings);
    await verify(asked, { repository, server, openThreads: openThreads() }, context);
  }
  return { ...made, verification: settings.verify };
}

function outcome(
  made: {
    backups: readonly BackupResult[];
    skipped: readonly string[];
    errors: readonly { database: string; error: BackuperError }[];
  },
  { terminal }: CommandInput,
): Outcome {
  const { backups, skipped } = made;
  const failures = made.errors.map(({ database, error }) => ({ database, error: describe(error) }));
  const result = { backups, skipped, failures };
  const text = backups.map((one) => backupText(one, terminal.colours.out)).join('\n');
  const [first] = made.errors;
  if (first !== undefined) return partly({ result, text }, first.error);
  const missing = backups.flatMap(({ destinations }) => destinations.filter(({ committed }) => !committed));
  if (missing.length > 0) return { result, text, exit: 4 };
  if (backups.length === 0 && skipped.length > 0) {
    return { result, text: 'skipped: the newest backup is young enough\n', exit: 99 };
  }
  return { result, text };
}

interface Made {
  readonly result: {
    readonly backups: readonly BackupResult[];
    readonly skipped: readonly string[];
    readonly failures: readonly Failure[];
  };
  readonly text: string;
}

/** Some are there: partly done. None is: the first reason. */
function partly({ result, text }: Made, first: BackuperError): Outcome {
  const { backups, skipped, failures } = result;
  const problems = failures.map(({ database, error }) => `'${database}': ${error.message}`);
  const done = backups.length + skipped.length;
  const names = failures.map(({ database }) => `'${database}'`).join(', ');
  const message = `${problems.length} of ${problems.length + done} databases have no backup: ${names}`;
  const hint = first.hint === undefined ? {} : { hint: first.hint };
  const code = done > 0 ? 'partly-done' : first.code;
  const whole = { ...result, problems };
  return { result: whole, text, error: new BackuperError(code, message, { ...hint, result: whole }) };
}

function describe({ code, message, hint }: BackuperError): Failure['error'] {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
