import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type HostName, STARTING_HOSTS, type StartRequest } from '@postgres-backuper/hosts';
import { LOCATION_EXAMPLES, say, settingsError } from '@postgres-backuper/options';
import { askAnswer } from '../ask-answer.ts';
import type { CommandInput } from '../command.ts';
import { schemeOf, storageKind } from '../storages/storages.ts';

/** Systems whose runners forget what a job leaves on their disks. */
const FORGETFUL: readonly string[] = ['github', 'gitlab', 'forgejo'];

/** What a first backup needs to know: given, or asked for on a terminal. Errors: configuration-invalid. */
export async function startAnswers({
  resolved: { settings },
  positionals: [word],
  context: { signal },
  terminal,
}: CommandInput<'init'>): Promise<{ readonly system: HostName; readonly request: StartRequest }> {
  const ask = (question: string, preset?: string) =>
    askAnswer(question, { terminal, signal, ...(preset === undefined ? {} : { preset }) });
  const system = chosen(word ?? (await ask(`Where will it run (${STARTING_HOSTS.join(', ')})`)));
  const repository = settings.repository?.[0] ?? (await ask(`The repository (${LOCATION_EXAMPLES})`));
  if (repository === undefined)
    throw settingsError(['no repository is given'], `give it with ${say.option('repository')}`);
  const scheme = checkedScheme(repository, system);
  const needsServer = scheme === 's3' && settings.s3Endpoint === undefined;
  const endpoint = needsServer ? await ask('The address of the S3 server', 'Amazon') : settings.s3Endpoint;
  const database = settings.dbname?.[0] ?? (await ask('The database', 'shop')) ?? 'shop';
  const folder = settings.output ?? join(homedir(), 'backup-keys');
  return {
    system,
    request: {
      ...{ repository, scheme, database, publicKeyFile: join(folder, 'backup-public.asc') },
      program: programFolder(),
      s3Endpoint: endpoint === 'Amazon' ? undefined : endpoint,
    },
  };
}

/** The folder of the bundle: that of the running program, or, from the sources, the one that is committed. */
function programFolder(): string {
  const here = dirname(import.meta.filename);
  return existsSync(join(here, 'postgres-backuper.cjs')) ? here : join(here, '../../../../dist');
}

function chosen(word: string | undefined): HostName {
  const system = STARTING_HOSTS.find((name) => name === word);
  if (system !== undefined) return system;
  throw settingsError(
    [word === undefined ? 'no system is named' : 'the system is none that files can be written for'],
    `name one of ${STARTING_HOSTS.join(', ')}`,
  );
}

function checkedScheme(repository: string, system: HostName): StartRequest['scheme'] {
  const kind = storageKind(repository);
  const problem = kind === undefined ? ' is of no known kind' : kind.problem(repository, {});
  if (problem !== undefined)
    throw settingsError([`${say.given('repository')}${problem}`], `write ${LOCATION_EXAMPLES}`);
  const scheme = schemeOf(repository) as StartRequest['scheme'];
  if (scheme !== 'file' || !FORGETFUL.includes(system)) return scheme;
  throw settingsError(
    ['a directory of a runner does not outlive the job'],
    'give an S3 bucket or a folder on an SFTP server',
  );
}
