import type { Group } from './case.ts';

/** One table that is more than half of the database. */
export const GIANT: Group = {
  name: 'giant',
  title: 'One giant table',
  text: 'Only the table `events`, about half of the bytes of the database.',
  reference: 'ours-one-session',
  referenceTitle: 'ours in one session',
  database: { kind: 'rows', table: 'events' },
  cases: [
    {
      name: 'ours-one-session',
      title: 'ours, `--split-tables off`',
      run: 'backuper backup --repository "$OUT/repository" --table public.events --split-tables off',
      check: 'backuper verify --repository "$OUT/repository" --level content',
      stored: 'out',
    },
    {
      name: 'ours-split',
      title: 'ours, `--split-tables 512MiB`',
      run: 'backuper backup --repository "$OUT/repository" --table public.events --split-tables 512MiB',
      check: 'backuper verify --repository "$OUT/repository" --level content',
      stored: 'out',
    },
    {
      name: 'copy-events',
      title: 'one COPY session, `> /dev/null`',
      run: `sql -c 'COPY events TO STDOUT' > /dev/null`,
      check: 'true',
    },
    {
      name: 'directory-events',
      title: '`pg_dump -Fd -t events --compress=zstd:1`, not encrypted',
      run: 'pg_dump -Fd -t events --compress=zstd:1 -f "$OUT/dump"',
      check: 'pg_restore -f /dev/null "$OUT/dump"',
      stored: 'out',
      isPlain: true,
    },
  ],
};
