import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runExport: Command = async () => {
  throw new BackuperError('usage-invalid', "'export' is not there yet");
};
