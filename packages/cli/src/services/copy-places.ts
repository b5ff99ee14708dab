import { type Resolved, say, settingsError } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { openRepositories } from './repositories.ts';

/**
 * The repository that a copy goes to, and the input that names the others. A destination of the config file has its own
 * settings there, such as keys of another S3 server; any other place has those of the command. Errors: configuration-invalid.
 */
export async function openCopyPlaces(
  input: CommandInput<'copy'>,
): Promise<{ readonly to: Repository; readonly sources: CommandInput<'copy'> }> {
  const { resolved } = input;
  const { to: place } = resolved.settings;
  if (place === undefined) {
    throw settingsError(['no repository is given to copy to'], `give one with ${say.option('to')}`);
  }
  const [to] = await openRepositories(targetOf(resolved, place), input);
  const others = resolved.destinations.filter((one) => !isPlace(one, place));
  const sources = { ...input, resolved: { ...resolved, destinations: others } };
  if (to === undefined) throw new Error('there is always one repository');
  return { to, sources };
}

function targetOf(resolved: Resolved<'copy'>, place: string): Resolved<'copy'> {
  const settings = resolved.destinations.find((one) => isPlace(one, place)) ?? resolved.settings;
  const sources = new Map([...resolved.sources, ['repository', say.given('to')] as const]);
  return { ...resolved, settings: { ...settings, repository: [place] }, destinations: [], sources };
}

function isPlace({ repository }: Resolved<'copy'>['settings'], place: string): boolean {
  return repository.length === 1 && repository[0] === place;
}
