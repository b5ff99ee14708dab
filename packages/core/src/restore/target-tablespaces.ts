import type { Catalog } from '@postgres-backuper/format';
import type { Toc } from '@postgres-backuper/postgres';

/** The default tablespace of a new database. */
const DEFAULT = 'pg_default';

/** The tablespaces that a restore needs besides the server's default: of the database, its tables and its indexes. */
export function tablespacesOf({ database }: Pick<Catalog, 'database'>, toc: Pick<Toc, 'entries'>): readonly string[] {
  const named = new Set(toc.entries.map(({ tablespace }) => tablespace));
  named.delete('');
  if (database.tablespace === DEFAULT)
    named.delete(DEFAULT); // needs no right there
  else named.add(database.tablespace);
  return [...named].sort();
}
