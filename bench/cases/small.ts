import type { Group } from './case.ts';

/** What each run costs, however little there is. */
export const SMALL: Group = {
  name: 'small',
  title: 'A small database, and the start',
  text: 'A database of 1 MB and 15 tables; whole commands, from the start of Node.js to its end, with a warm compile cache.',
  reference: 'pg-dump-small',
  referenceTitle: '`pg_dump -Fc`',
  database: { kind: 'rows', megabytes: 1 },
  cases: [
    { name: 'pg-dump-small', title: '`pg_dump -Fc`', run: 'pg_dump -Fc > /dev/null', check: 'true' },
    {
      name: 'ours-small',
      title: 'ours, encrypted, to MinIO: check, backup, verify (stored), rotation',
      before: 'backuper --version',
      run: 'backuper backup --repository "s3://$BUCKET/backups" --keep-days 30 --verify stored',
      check: 'backuper verify --repository "s3://$BUCKET/backups" --level content',
      stored: 'bucket',
    },
    {
      name: 'version',
      title: '`postgres-backuper --version`',
      before: 'backuper --version',
      run: 'backuper --version',
      check: 'true',
    },
    { name: 'node', title: "`node -e ''`, the least that any start takes", run: `"$NODE" -e ''`, check: 'true' },
  ],
};
