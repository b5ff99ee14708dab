import { variableText } from '@postgres-backuper/options';
import { commandLine } from '../command-line.ts';
import type { HostRow } from '../host-row.ts';
import { machineStart } from './start.ts';

/** A machine without a CI system: systemd, cron, a container. Only its files say so: otherwise it looks like a terminal. */
export const machine: HostRow = {
  detect: ({ BACKUP_CI }) => BACKUP_CI === 'machine',
  log: async () => (await import('./machine-host.ts')).createMachineHost,
  start: machineStart,
  surface: ({ command, isOurs }) => (isOurs ? { ...commandLine(command), option: variableText } : undefined),
};
