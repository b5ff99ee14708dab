import { BackuperError } from '@postgres-backuper/base';
import { COPY_NAMES, COPY_STATEMENT } from '@postgres-backuper/format';
import { identifier, joined, type Sql, sql } from '../session/sql.ts';

/** The names in `COPY s.t (a, b) FROM stdin;`, in the dump's encoding. */
export interface CopyStatement {
  /** `"s"."t"` */
  readonly target: Sql;
  /** The table without quotes: schema and name. */
  readonly table: readonly [schema: Buffer, name: Buffer];
  /** `("a", "b")`, empty if the statement has no columns. */
  readonly columns: Sql;
  /** Each column without quotes. */
  readonly names: readonly Buffer[];
}

/**
 * Reads the names in a copy statement. Only they are used: the statement for psql is built anew. Accepts only what
 * pg_dump writes. Errors: catalog-invalid.
 */
export function parseCopyStatement(bytes: Buffer): CopyStatement {
  const text = bytes.toString('latin1'); // ASCII is the same in every server encoding
  const match = COPY_STATEMENT.exec(text);
  if (match === null) {
    throw new BackuperError('catalog-invalid', `the backup holds a copy statement that pg_dump never writes`, {
      hint: 'do not use this backup: somebody else made it',
    });
  }
  const [, target = '', columns = ''] = match;
  const names = namesIn(columns);
  const [schema = Buffer.alloc(0), name = Buffer.alloc(0)] = namesIn(target);
  return {
    table: [schema, name],
    target: joined(namesIn(target).map(identifier), sql`.`),
    columns: names.length === 0 ? sql`` : sql`(${joined(names.map(identifier))})`,
    names,
  };
}

function namesIn(list: string): Buffer[] {
  const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
  return (list.match(COPY_NAMES) ?? []).map((name) => Buffer.from(unquoted(name), 'latin1'));
}
