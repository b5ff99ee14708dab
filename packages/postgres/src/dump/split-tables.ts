import type { Inventory } from '../database/inventory.ts';
import { exactPattern, isPortable } from '../database/table-pattern.ts';
import { type CopyStatement, parseCopyStatement } from '../restore/copy-statement.ts';
import type { Session } from '../session/psql.ts';
import { joined, sql, wholeNumber } from '../session/sql.ts';
import type { Toc, TocEntry } from '../toc/toc.ts';

/** A table that several sessions read, each in different blocks. */
export interface SplitTable {
  /** Its TABLE DATA entry. */
  readonly entry: TocEntry;
  readonly copy: CopyStatement;
  /** For `pg_dump --exclude-table-data`. */
  readonly pattern: string;
}

/** What reading its rows takes of it: all that another machine needs to know. */
export interface RowsOf {
  readonly entry: Pick<TocEntry, 'oid'>;
  readonly copy: CopyStatement;
}

export interface SplitRequest {
  readonly toc: Toc;
  readonly inventory: Inventory;
  /** The minimum size on disk of a table that is split, bytes. */
  readonly fromBytes: number;
}

/**
 * Plain tables; all others are left to pg_dump. Since version 14 a range of ctid is read without the rest of the table.
 */
const PLAIN = sql`
SELECT c.oid::text AS oid
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am a ON a.oid = c.relam
 WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND a.amname = 'heap' AND NOT c.relrowsecurity
   AND pg_catalog.current_setting('server_version_num')::int >= 140000
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')`;

/** Tables of the dump that are large enough to be split and can be split, largest first. */
export async function chooseSplitTables(request: SplitRequest, session: Session): Promise<readonly SplitTable[]> {
  const { toc, inventory, fromBytes } = request;
  const bytes = ({ oid }: TocEntry): number => inventory.tables.get(oid)?.bytes ?? 0;
  const large = toc.entries.filter((entry) => entry.hasData && bytes(entry) >= fromBytes);
  const tables = large.flatMap((entry) => asSplitTable(entry, request) ?? []);
  if (tables.length === 0) return [];
  const oids = joined(tables.map(({ entry }) => wholeNumber(entry.oid)));
  const plain = await session.query<{ oid: string }>(sql`${PLAIN} AND c.oid IN (${oids})`);
  const mayBeSplit = new Set(plain.map((row) => row.oid));
  return tables.filter(({ entry }) => mayBeSplit.has(entry.oid)).sort((a, b) => bytes(b.entry) - bytes(a.entry));
}

/** Undefined with a definition (a load through the partition root) and for a table without columns to select. */
function asSplitTable(entry: TocEntry, { toc, inventory }: SplitRequest): SplitTable | undefined {
  const facts = inventory.tables.get(entry.oid);
  const { encoding } = inventory.properties;
  const pattern = facts === undefined ? undefined : exactPattern(facts, encoding);
  if (pattern === undefined || entry.definition !== '' || !isPortable(entry.copyStatement, encoding)) return undefined;
  const ownsTable = toc.entries.some(
    ({ description, dumpId }) => description === 'TABLE' && entry.dependencies.includes(dumpId),
  );
  const copy = parseCopyStatement(entry.copyStatementBytes);
  return ownsTable && copy.names.length > 0 ? { entry, copy, pattern } : undefined;
}
