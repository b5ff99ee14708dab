import type { OPTIONS } from '@postgres-backuper/options';
import { airflow } from './airflow/airflow.ts';
import { forgejo } from './forgejo/forgejo.ts';
import { github } from './github/github.ts';
import { gitlab } from './gitlab/gitlab.ts';
import type { Host, HostServices } from './host.ts';
import type { HostRow } from './host-row.ts';
import { machine } from './machine/machine.ts';
import type { Start, StartRequest } from './start.ts';
import { teamcity } from './teamcity/teamcity.ts';

/** What runs the command; `none` is a terminal or an unknown CI system. */
export type HostName = Exclude<(typeof OPTIONS.ci.choices)[number], 'auto'>;

/** The inner system comes first: a TeamCity agent may run in a job of another system. */
const HOSTS: Readonly<Record<Exclude<HostName, 'none'>, HostRow>> = {
  airflow,
  teamcity,
  gitlab,
  forgejo,
  github,
  machine,
};

export const HOST_NAMES: readonly HostName[] = ['none', ...(Object.keys(HOSTS) as (keyof typeof HOSTS)[])];

/** The row of that name; undefined for `none`. */
export function hostRow(name: HostName): HostRow | undefined {
  return name === 'none' ? undefined : HOSTS[name];
}

/** The CI system that set these variables. */
export function detectHost(environment: HostServices['environment']): HostName {
  return HOST_NAMES.find((name) => hostRow(name)?.detect(environment)) ?? 'none';
}

/** Why a directory does not outlive a job of that system, as a clause; undefined: as far as is known, it does. */
export function lossOf(
  name: HostName,
  directory: string,
  environment: HostServices['environment'],
): string | undefined {
  return hostRow(name)?.loses?.(directory, environment);
}

/** The systems for which a first backup can be written. */
export const STARTING_HOSTS = HOST_NAMES.filter((name) => hostRow(name)?.start !== undefined);

/** A first backup there; undefined: only its page says how. */
export async function startOn(name: HostName, request: StartRequest): Promise<Start | undefined> {
  return hostRow(name)?.start?.(request);
}

/** The page of the running job, as the system's variables give it; undefined: unknown. */
export function jobLink(name: HostName, environment: HostServices['environment']): string | undefined {
  return hostRow(name)?.job?.(environment);
}

/** The account that started the running job, as the system's variables give it; undefined: unknown. */
export function jobUser(name: HostName, environment: HostServices['environment']): string | undefined {
  return hostRow(name)?.user?.(environment);
}

/** The host of that name; undefined for `none`. */
export async function openHost(name: HostName, services: HostServices): Promise<Host | undefined> {
  const log = await hostRow(name)?.log();
  return log?.(services);
}
