import { BackuperError } from '@postgres-backuper/base';
import { COPY_NAMES, COPY_STATEMENT } from '@postgres-backuper/format';
import { identifier, joined, type Sql, sql } from '../session/sql.ts';

/** What `COPY s.t (a, b) FROM stdin;` names, in the dump's encoding. */
export interface CopyStatement {
  /** `"s"."t"` */
  readonly target: Sql;
  /** `("a", "b")`, empty where the statement has none. */
  readonly columns: Sql;
  /** The columns one by one, without quotes. */
  readonly names: readonly Buffer[];
}

/**
 * The names of a copy statement. They alone come from it: what goes to psql is put together anew, and nothing but what
 * pg_dump writes is read. Errors: catalog-invalid.
 */
export function parseCopyStatement(bytes: Buffer): CopyStatement {
  const text = bytes.toString('latin1'); // every encoding of a server leaves ASCII alone
  const match = COPY_STATEMENT.exec(text);
  if (match === null) {
    throw new BackuperError('catalog-invalid', `the backup holds a copy statement that pg_dump never writes`, {
      hint: 'do not use this backup: somebody else made it',
    });
  }
  const [, target = '', columns = ''] = match;
  const names = namesIn(columns);
  return {
    target: joined(namesIn(target).map(identifier), sql`.`),
    columns: names.length === 0 ? sql`` : sql`(${joined(names.map(identifier))})`,
    names,
  };
}

function namesIn(list: string): Buffer[] {
  const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
  return (list.match(COPY_NAMES) ?? []).map((name) => Buffer.from(unquoted(name), 'latin1'));
}
