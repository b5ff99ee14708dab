import { BackuperError, say } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import { type Session, sql, type Toc } from '@postgres-backuper/postgres';

/** The default tablespace of a new database. */
const DEFAULT = 'pg_default';

/** The tablespaces that a restore needs besides the server's default: of the database, its tables and its indexes. */
export function tablespacesOf({ database }: Pick<Catalog, 'database'>, toc: Toc): readonly string[] {
  const named = new Set(toc.entries.map(({ tablespace }) => tablespace));
  named.delete('');
  if (database.tablespace === DEFAULT)
    named.delete(DEFAULT); // needs no right there
  else named.add(database.tablespace);
  return [...named].sort();
}

/** Errors: tablespace-missing, also where the role may not create objects in one. */
export async function requireTablespaces(session: Session, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const rows = await session.query<{ name: string; usable: boolean }>(
    sql`SELECT spcname AS name, pg_catalog.has_tablespace_privilege(oid, 'CREATE') AS usable FROM pg_catalog.pg_tablespace`,
  );
  const known = new Map(rows.map(({ name, usable }) => [name, usable]));
  const listed = (wanted: readonly string[]): string => wanted.map((name) => `'${name}'`).join(', ');
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0) {
    throw new BackuperError(
      'tablespace-missing',
      `the server lacks the tablespaces of the backup: ${listed(missing)}`,
      {
        hint: `create them first (CREATE TABLESPACE), or restore everything into the default one with ${say.option('noTablespaces')}`,
      },
    );
  }
  const refused = names.filter((name) => known.get(name) === false);
  if (refused.length === 0) return;
  throw new BackuperError(
    'tablespace-missing',
    `the role may not use the tablespaces of the backup: ${listed(refused)}`,
    {
      hint: `grant it CREATE on them, or restore everything into the default one with ${say.option('noTablespaces')}`,
    },
  );
}
