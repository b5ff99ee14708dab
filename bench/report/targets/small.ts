import { pick, wallRatio } from './figures.ts';
import type { Target } from './target.ts';

/** What does not depend on the bytes: the start, and many tables. */
export const SMALL_TARGETS: readonly Target[] = [
  {
    what: '1 MB database, encrypted, to MinIO, whole command with check, verify and rotation',
    asked: '≤ 0.9 s (aim 0.6 s)',
    limit: { atMost: 0.9 },
    unit: 's',
    figure: pick('small', 'ours-small', ({ wallS }) => wallS.median),
    reason: 'it follows the speed of the machine: on one whose start of Node.js took 0.029 s, this took 0.561 s',
  },
  {
    what: 'the same against `pg_dump -Fc`',
    asked: '≤ 3×',
    limit: { atMost: 3 },
    unit: '×',
    figure: wallRatio('small', 'ours-small', ['pg-dump-small']),
    reason:
      'Node.js loads the program and its keys, starts 15 programs, opens 12 sessions and makes 21 requests one after another; pg_dump is one program with one session',
  },
  {
    what: '`--version`',
    asked: '≤ 0.1 s',
    limit: { atMost: 0.1 },
    unit: 's',
    figure: pick('small', 'version', ({ wallS }) => wallS.median),
  },
  {
    what: '5,000 tables against plain `pg_dump -Fd -j2`',
    asked: '≤ 1.2×',
    limit: { atMost: 1.2 },
    unit: '×',
    figure: wallRatio('tables-5000', 'ours-5000', ['directory-5000']),
    reason:
      'the catalogs are read twice, and each table costs a pipe and a socket; figures: docs/decisions/many-tables.md',
  },
  {
    what: '100,000 tables: wall',
    asked: 'works, with a stated cost',
    limit: { atMost: Number.POSITIVE_INFINITY },
    unit: 's',
    figure: pick('tables-100000', 'ours-100000', ({ wallS }) => wallS.median),
  },
];
