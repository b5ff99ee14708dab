import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runVerify: Command = async () => {
  throw new BackuperError('usage-invalid', "'verify' is not there yet");
};
