import type { Group } from './case.ts';

/** Many tables: what each costs, apart from its rows. */
export function manyTables(tables: number): Group {
  return {
    name: `tables-${tables}`,
    title: `${tables.toLocaleString('en')} tables`,
    text: 'Each with a primary key and 20 rows.',
    reference: `directory-${tables}`,
    referenceTitle: '`pg_dump -Fd -j2`',
    database: { kind: 'tables', tables },
    isLong: tables > 10_000,
    cases: [
      {
        name: `directory-${tables}`,
        title: '`pg_dump -Fd -j2 --compress=zstd:1`, not encrypted',
        run: 'pg_dump -Fd -j2 --compress=zstd:1 -f "$OUT/dump"',
        check: 'pg_restore -f /dev/null "$OUT/dump"',
        stored: 'out',
        isPlain: true,
      },
      {
        name: `ours-${tables}`,
        title: 'ours, encrypted, to disk, `--jobs 2`',
        run: 'backuper backup --repository "$OUT/repository" --jobs 2',
        check: 'backuper verify --repository "$OUT/repository" --level content',
        stored: 'out',
      },
    ],
  };
}
