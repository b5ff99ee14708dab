import { escapeText } from '@postgres-backuper/base';
import type { CommandDocument } from '../host.ts';
import { outputsOf } from '../outputs.ts';
import { labelVariables } from './label-variables.ts';

/** The variable of each output but the label; none is the variable of an option. */
const VARIABLES: Readonly<Record<string, string>> = {
  repository: 'BACKUP_LOCATION',
  size: 'BACKUP_SIZE',
  duration: 'BACKUP_DURATION',
  'restored-database': 'BACKUP_RESTORED_DATABASE',
};

/** In bytes. GitLab takes 5 KiB per file; a longer value is left out, not cut. */
const VALUE_MAX = 1000;

/** `NAME=value` lines for later jobs: size in bytes as stored, duration in seconds, locations separated by commas. */
export function dotenvReport(document: CommandDocument): string {
  const outputs = Object.entries(outputsOf(document)).map(([name, value]) => [VARIABLES[name], value] as const);
  const lines = [...Object.entries(labelVariables(document)), ...outputs]
    .map(([name, value]) => [name, escapeText(value.replaceAll('\n', ','))] as const)
    .filter(([name, value]) => name !== undefined && Buffer.byteLength(value) <= VALUE_MAX);
  return lines.map(([name, value]) => `${name}=${value}\n`).join('');
}
