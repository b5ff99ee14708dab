import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runSetupClient: Command = async () => {
  throw new BackuperError('usage-invalid', "'setup-client' is not there yet");
};
