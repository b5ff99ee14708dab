import { BackuperError } from '@postgres-backuper/core';
import type { Command } from '../command.ts';

export const runDemo: Command = async () => {
  throw new BackuperError('usage-invalid', "'demo' is not there yet");
};
