import type { Context } from '@postgres-backuper/base';
import { type BackupResult, verify } from '@postgres-backuper/core';
import type { SettingsOf } from '@postgres-backuper/options';
import type { Server } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import { openThreads } from './threads.ts';
import { verifyRequest } from './verify-request.ts';

/** Verifies a new backup at the level of --verify wherever it is committed. Errors: those of verify. */
export async function proven(
  made: BackupResult,
  settings: SettingsOf<'backup' | 'import'>,
  { server, destinations }: { readonly server: Server; readonly destinations: readonly Repository[] },
  context: Context,
): Promise<BackupResult> {
  const { verify: level } = settings;
  if (level === 'stored') return made; // a backup verifies this level itself
  const target = { label: made.label };
  for (const [index, repository] of destinations.entries()) {
    if (made.destinations[index]?.committed !== true) continue;
    const asked = verifyRequest({ name: made.name, target, level }, settings);
    await verify(asked, { repository, server, openThreads: openThreads() }, context);
  }
  return { ...made, verification: level };
}
