import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runStatus: Command = async () => {
  throw new BackuperError('usage-invalid', "'status' is not there yet");
};
