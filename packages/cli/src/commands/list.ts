import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runList: Command = async () => {
  throw new BackuperError('usage-invalid', "'list' is not there yet");
};
