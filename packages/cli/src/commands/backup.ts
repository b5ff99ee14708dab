import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runBackup: Command = async () => {
  throw new BackuperError('usage-invalid', "'backup' is not there yet");
};
