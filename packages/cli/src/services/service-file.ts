import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '@postgres-backuper/options';
import { type ParsedUrl, readParameters } from './database-url.ts';

/**
 * The section that PGSERVICE names, as libpq variables. It is read here because in libpq a service's database overrides
 * PGDATABASE, which selects the database everywhere else.
 */
export function readService(environment: Environment): ParsedUrl {
  const service = environment.PGSERVICE;
  if (!service) return { variables: {}, parameters: {}, ignored: [] };
  const files = environment.PGSERVICEFILE
    ? [environment.PGSERVICEFILE]
    : [
        join(environment.HOME ?? '/', '.pg_service.conf'),
        join(environment.PGSYSCONFDIR ?? '/etc/postgresql-common', 'pg_service.conf'),
      ];
  for (const file of files) {
    const text = readIfThere(file);
    const lines = text === undefined ? undefined : sectionOf(text, service);
    if (lines !== undefined) return readLines(lines);
  }
  return { problem: `names '${service}', which is not in any of ${files.join(', ')}` };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function sectionOf(text: string, service: string): readonly string[] | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const begin = lines.indexOf(`[${service}]`);
  if (begin < 0) return undefined;
  const end = lines.findIndex((line, index) => index > begin && line.startsWith('['));
  const section = lines.slice(begin + 1, end < 0 ? undefined : end);
  return section.filter((line) => line !== '' && !line.startsWith('#'));
}

function readLines(lines: readonly string[]): ParsedUrl {
  try {
    return readParameters(
      lines.map((line) => {
        const [keyword = '', ...value] = line.split('=');
        if (value.length === 0) throw new Error("has a line without '=' in its service");
        return [keyword.trim(), value.join('=').trim()];
      }),
    );
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
