import type { Context } from '@postgres-backuper/base';
import { backupPart } from '@postgres-backuper/core';
import { type SettingsOf, say } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput, Outcome } from '../command.ts';
import { backupPartText } from '../print/backup.ts';
import { backupRequest } from '../services/backup-request.ts';
import type { ChosenDatabases } from '../services/databases.ts';
import { partRequest, requireOneDatabase } from '../services/parts-request.ts';
import { sealThreads } from '../services/threads.ts';

/** Reads a part of the backup of another job. Errors: those of backupPart; configuration-invalid for several databases. */
export async function readPart(
  { resolved: { settings }, context, terminal }: CommandInput<'backup'>,
  databases: ChosenDatabases,
  destinations: readonly Repository[],
): Promise<Outcome<'backup'>> {
  const server = requireOneDatabase(settings, databases);
  tellHooks(settings, context);
  const made = backupRequest(settings, server.env.PGDATABASE ?? '');
  const request = { ...made, ...(await partRequest(settings, made.name)) };
  const services = { server, destinations, sealThreads: sealThreads(request.jobs) };
  const part = await backupPart(request, services, context);
  const result = { backups: [], skipped: [], failures: [], part };
  return { result, text: backupPartText(part, terminal.colours.out) };
}

/** They belong to the backup, which another job makes. */
function tellHooks({ before, after }: SettingsOf<'backup'>, { emit }: Context): void {
  if (before === undefined && after === undefined) return;
  const given = before === undefined ? say.given('after') : say.given('before');
  emit({
    type: 'notice',
    text: `the command of ${given} runs in the job with ${say.option('parts')}, not in this one`,
  });
}
