import { BackuperError } from '@postgres-backuper/base';

/**
 * Of a table whose storage was replaced after the snapshot. Rows that move between the reads of two slices are lost or
 * doubled. Errors: dump-incomplete.
 */
export function requireKept(copy: { readonly rows: number; readonly slices?: unknown }, table: string): void {
  if (copy.rows === 0) {
    throw new BackuperError('dump-incomplete', `table '${table}' was truncated after the snapshot`, {
      hint: 'run the backup again when nothing truncates tables: TRUNCATE hides the rows from older snapshots',
    });
  }
  if (copy.slices === undefined) return;
  throw new BackuperError('dump-incomplete', `table '${table}' was rewritten after the snapshot`, {
    hint: 'run the backup again when nothing rewrites tables: VACUUM FULL and CLUSTER move rows between slices',
  });
}
