import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runRestore: Command = async () => {
  throw new BackuperError('usage-invalid', "'restore' is not there yet");
};
