import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runCheck: Command = async () => {
  throw new BackuperError('usage-invalid', "'check' is not there yet");
};
