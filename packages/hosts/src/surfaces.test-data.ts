import { optionInputs } from './gitlab/input.ts';
import type { HostName } from './hosts.ts';
import { createSpeech, type Speech, type WordingRequest } from './speech.ts';

const COMPONENTS = ['backup', 'restore', 'verify', 'status'] as const;
const COMPONENT = Object.fromEntries(
  COMPONENTS.flatMap((command) => optionInputs(command).map(({ variable = '' }) => [variable, ''])),
);
const JOB = { POSTGRES_BACKUPER_URL: 'https://gitlab.test/dist' };

/** The files of a host that start a command, and the variables that they set. */
export const SURFACES: Readonly<Record<string, readonly [HostName, Readonly<Record<string, string>>]>> = {
  terminal: ['none', {}],
  'a script on GitHub': ['github', {}],
  action: ['github', { BACKUP_CI: 'github' }],
  'action on Forgejo': ['forgejo', { BACKUP_CI: 'forgejo' }],
  component: ['gitlab', { ...JOB, ...COMPONENT }],
  include: ['gitlab', JOB],
  recipe: ['teamcity', { BACKUP_CI: 'teamcity' }],
  operator: ['airflow', { BACKUP_CI: 'airflow' }],
  machine: ['machine', { BACKUP_CI: 'machine' }],
};

/** The speech of a command that was started so. */
export function speechOf(
  surface: string,
  {
    command = 'restore',
    originOf = () => undefined,
  }: { [Key in 'command' | 'originOf']?: WordingRequest[Key] | undefined },
): Speech {
  const [host, environment] = SURFACES[surface] ?? ['none', {}];
  return createSpeech(host, { command, environment, originOf });
}
