import type { HostSurface, HostTestData } from './host.test-data.ts';
import { HOST_NAMES, type HostName } from './hosts.ts';
import { SHELL } from './shell.test-data.ts';
import { createSpeech, type Speech, type WordingRequest } from './speech.ts';

const TERMINAL: HostTestData = {
  found: [
    [{}, 'none'],
    [{ CI: 'true' }, 'none'],
  ],
  lost: [[{ PWD: '/home/me' }, '/home/me/backups', undefined]],
  jobs: [[{ CI_JOB_URL: 'https://h.example' }, undefined]],
  surfaces: { terminal: { ...SHELL, environment: {} } },
  optionFiles: [],
  rawNames: {},
};

/** By the names of the rows. */
export const HOST_DATA: readonly (readonly [HostName, HostTestData])[] = await Promise.all(
  HOST_NAMES.map(async (name) => [name, await dataOf(name)] as const),
);

/** Every way to start a command on every host. */
export const SURFACES: readonly (readonly [name: string, HostSurface, HostName])[] = HOST_DATA.flatMap(
  ([host, { surfaces }]) => Object.entries(surfaces).map(([name, surface]) => [name, surface, host] as const),
);

/** The speech of a command that was started so. */
export function speechOf(
  name: string,
  {
    command = 'restore',
    originOf = () => undefined,
  }: { [Key in 'command' | 'originOf']?: WordingRequest[Key] | undefined },
): Speech {
  const [, { environment }, host] = SURFACES.find(([one]) => one === name) as (typeof SURFACES)[number];
  return createSpeech(host, { command, environment, originOf });
}

async function dataOf(name: HostName): Promise<HostTestData> {
  if (name === 'none') return TERMINAL;
  const { data } = (await import(`./${name}/${name}.test-data.ts`)) as { readonly data: HostTestData };
  return data;
}
