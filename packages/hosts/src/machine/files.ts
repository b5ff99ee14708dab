import { ALL_OPTIONS, type Option, type OptionName } from '@postgres-backuper/options';
import type { HostFiles } from '../host-row.ts';
import { composeFile, cronJob } from './containers.ts';
import { dockerfile, dockerignore } from './dockerfile.ts';
import { environmentFile } from './environment-file.ts';
import { cronTable, service, timer } from './systemd.ts';

const FOLDER = 'docs/hosts/machine';

/** The files that a user copies to a machine or a cluster: the same command, every day at 00:00 UTC. */
export function machineFiles(
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): Readonly<Record<string, string>> {
  return {
    [`${FOLDER}/backup.env`]: environmentFile(options),
    [`${FOLDER}/postgres-backup.service`]: service,
    [`${FOLDER}/postgres-backup.timer`]: timer,
    [`${FOLDER}/postgres-backup.cron`]: cronTable,
    [`${FOLDER}/compose.yaml`]: composeFile,
    [`${FOLDER}/cronjob.yaml`]: cronJob,
    Dockerfile: dockerfile,
    '.dockerignore': dockerignore,
  };
}

export const files: HostFiles = {
  readme: {
    host: 'systemd, cron, Compose, Kubernetes',
    page: 'machine.md',
    has: { en: 'files to copy', ru: 'файлы, которые надо скопировать' },
  },
  ofTables: machineFiles,
};
