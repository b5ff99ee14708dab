import { isBackuperError } from '@postgres-backuper/base';
import type { Resolved, SettingsOf } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { keyNotices } from './ciphers.ts';
import { openRepositories } from './repositories.ts';

/**
 * The repositories that are watched, and what is to be said of the keys. The keys of the recipients are looked at and not used: one that has
 * expired, or cannot be used, stops backups, and is no reason to be silent about those that are there. Errors: those of openRepositories.
 */
export async function openWatched(
  input: CommandInput<'status'>,
): Promise<{ readonly repositories: readonly Repository[]; readonly notices: readonly string[] }> {
  const { resolved, context } = input;
  const repositories = await openRepositories(withoutRecipients(resolved), input);
  const settings = resolved.destinations.length > 0 ? resolved.destinations : [resolved.settings];
  const ofRecipients = await Promise.all(settings.map((one) => recipientNotices(one, context.clock.now())));
  return { repositories, notices: [...new Set([...ofRecipients.flat(), ...repositories.flatMap(keyNotices)])] };
}

function withoutRecipients(resolved: Resolved<'status'>): Resolved<'status'> {
  const without = (settings: SettingsOf<'status'>) => ({ ...settings, publicKey: [] });
  return {
    ...resolved,
    settings: without(resolved.settings),
    destinations: resolved.destinations.map(without),
  };
}

async function recipientNotices({ publicKey }: SettingsOf<'status'>, now: number): Promise<readonly string[]> {
  if (publicKey.length === 0) return [];
  const { createOpenPgpCipher } = await import('@postgres-backuper/openpgp');
  const publicKeys = publicKey.map((key) => key.reveal());
  try {
    return (await createOpenPgpCipher({ publicKeys, profile: 'rfc9580', now })).notices;
  } catch (error) {
    if (!isBackuperError(error)) throw error;
    return [error.hint === undefined ? error.message : `${error.message}: ${error.hint}`];
  }
}
