import { escapeText } from '../escape.ts';
import type { CommandDocument } from '../host.ts';
import { outputsOf } from '../outputs.ts';

/** The variable of each output; none of them is read as an option. */
const VARIABLES: Readonly<Record<string, string>> = {
  label: 'BACKUP_LABEL',
  repository: 'BACKUP_LOCATION',
  size: 'BACKUP_SIZE',
  duration: 'BACKUP_DURATION',
  'restored-database': 'BACKUP_RESTORED_DATABASE',
};

/** In bytes. GitLab takes 5 KiB of a file; a longer value is left out rather than cut. */
const VALUE_MAX = 1000;

/** `NAME=value` lines for later jobs: size in bytes as stored, duration in seconds, several values by commas. */
export function dotenvReport(document: CommandDocument): string {
  const outputs = Object.entries(outputsOf(document));
  const lines = outputs.map(([name, value]) => [VARIABLES[name], escapeText(value.replaceAll('\n', ','))] as const);
  const told = lines.filter(([name, value]) => name !== undefined && Buffer.byteLength(value) <= VALUE_MAX);
  return told.map(([name, value]) => `${name}=${value}\n`).join('');
}
