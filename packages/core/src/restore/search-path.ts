import type { DatabaseProperties } from '@postgres-backuper/format';

/** PostgreSQL's own default. */
const DEFAULT = '"$user", public';
const SETTING = 'search_path=';

/** The search_path that ordinary sessions have in a database, as `SHOW search_path` writes it. */
export function searchPathOf({ settings }: Pick<DatabaseProperties, 'settings'>): string {
  const ofDatabase = settings.filter(({ role }) => role === null).flatMap(({ values }) => values);
  return ofDatabase.find((value) => value.startsWith(SETTING))?.slice(SETTING.length) ?? DEFAULT;
}
