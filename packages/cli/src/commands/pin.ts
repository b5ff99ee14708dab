import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runPin: Command = async () => {
  throw new BackuperError('usage-invalid', "'pin' is not there yet");
};

export const runUnpin: Command = runPin;
