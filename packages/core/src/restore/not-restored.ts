import type { Refusal, Toc, TocEntry } from '@postgres-backuper/postgres';

/**
 * What is wrong with an object after a restore: `missing`: it is not there; `not-valid`: a constraint is there for new
 * rows, the old ones break it; `not-populated`: a materialized view is there without rows; `owner`: it belongs to the
 * role of the restore; `setting`: a property of the database is not set.
 */
export type Lack = 'missing' | 'not-valid' | 'not-populated' | 'owner' | 'setting';

/** An object that a restore could not bring back as it was. */
export interface NotRestored {
  /** Kind, schema and name, as `pg_restore --list` writes them: `FK CONSTRAINT public c c_i_fkey`. */
  readonly object: string;
  readonly lack: Lack;
  /** What the server said, in its language. */
  readonly reason: string;
  /** SQLSTATE; '' where the reason is not the server's. */
  readonly sqlState: string;
  /** SQL to run by hand once the reason is gone. */
  readonly statement: string;
}

/** Pure. In the order of the archive, whatever the order in which sessions ended; what is no entry comes last. */
export function inTocOrder(objects: readonly NotRestored[], { entries }: Pick<Toc, 'entries'>): readonly NotRestored[] {
  const places = new Map(entries.map((entry, place) => [objectName(entry), place]));
  const placeOf = ({ object }: NotRestored): number => places.get(object) ?? entries.length;
  return objects.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.statement < b.statement ? -1 : 1));
}

/** A table whose rows a restore could not bring back: it is there, empty or with what `reason` says, or not there. */
export interface NotLoaded {
  readonly schema: string;
  readonly table: string;
  /** Rows in the backup. */
  readonly expectedRows: number;
  readonly reason: string;
}

/** `FK CONSTRAINT public c c_i_fkey` */
export function objectName({ description, schema, tag }: TocEntry): string {
  return [description, schema, tag].filter((part) => part !== '').join(' ');
}

/**
 * Message and detail, in one line; who broke it where rows break a constraint. `whole`: no rows were left out of the
 * backup and of the restore.
 */
export function reasonOf({ sqlState, message, detail }: Refusal, { whole }: { readonly whole: boolean }): string {
  const said = [message, detail].filter((part) => part !== '').join(': ');
  const line = said.replace(/\s*\n\s*/g, ' ');
  if (!BROKEN_BY_ROWS.has(sqlState)) return line;
  return `${line} (${whole ? 'the rows of the backup break it: it was broken in the source' : 'rows that it needs were left out'})`;
}

/** not_null, foreign_key, unique, check and exclusion violations. */
const BROKEN_BY_ROWS = new Set(['23502', '23503', '23505', '23514', '23P01']);
