import { settingsError } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { keyNotices, requireReader, requireRecipient } from './ciphers.ts';
import { openRepositories } from './repositories.ts';

/** The repositories that a new backup goes to, with the keys that it needs. Errors: configuration-invalid, key-missing. */
export async function openDestinations(input: CommandInput<'backup' | 'import'>): Promise<readonly Repository[]> {
  const { resolved, context } = input;
  const destinations = await openRepositories(resolved, input);
  for (const destination of destinations) {
    requireRecipient(destination);
    if (resolved.settings.verify !== 'stored') requireReader(destination.cipher);
  }
  const notices = new Set(destinations.flatMap(keyNotices));
  for (const text of notices) context.emit({ type: 'warning', text });
  requireOneCipher(destinations);
  return destinations;
}

/** A dump is encrypted once, so all destinations need the same keys. Errors: configuration-invalid. */
export function requireOneCipher(destinations: readonly Repository[]): void {
  const readers = destinations.map(({ encryption, cipher }) => [encryption, ...cipher.recipients].join(' '));
  if (new Set(readers).size <= 1) return;
  throw settingsError(
    ['the destinations have different keys'],
    'give the same public keys to all: a dump is encrypted once',
  );
}
