import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runKeygen: Command = async () => {
  throw new BackuperError('usage-invalid', "'keygen' is not there yet");
};
