import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runPrune: Command = async () => {
  throw new BackuperError('usage-invalid', "'prune' is not there yet");
};
