import type { Environment, OptionName, Resolved } from '@postgres-backuper/options';
import { connectionSources } from './connection-sources.ts';
import { mergeSources } from './merge-sources.ts';

const VARIABLES: Readonly<Partial<Record<OptionName, string>>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
};

/** The name under which the user set this part of the connection; it may be that of a URL or a service. */
export function connectionOrigin(
  name: OptionName,
  { resolved, environment }: { readonly resolved: Resolved; readonly environment: Environment },
): string | undefined {
  const variable = VARIABLES[name];
  if (variable === undefined) return undefined;
  return mergeSources(connectionSources(resolved, environment)).names[variable] || undefined;
}
