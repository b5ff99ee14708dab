import type { BenchCase, Group } from './case.ts';

const BACKUPS = 10_000;
const REPOSITORY = '--repository "s3://$WORK_BUCKET/backups"';
const FILL = `test -e "$WORK/filled" || "$NODE" "$BENCH/programs/simulate-repository.ts" "$WORK_BUCKET" ${BACKUPS}
touch "$WORK/filled"`;

/** Cold: the command has never seen the repository. Warm: its cache holds every commit. */
function pair(name: string, title: string, command: string): BenchCase[] {
  return (['cold', 'warm'] as const).map((state) => {
    const cache = `$WORK/${name}-${state}`;
    const run = `unset PGDATABASE; backuper ${command} ${REPOSITORY} --cache-dir "${cache}"`;
    const before = state === 'cold' ? `rm -rf "${cache}"` : `test -e "${cache}" || { ${run}; }`;
    return { name: `${name}-${state}`, title: `${title}, ${state}`, prepare: FILL, before, run, check: 'true' };
  });
}

/** Commands on a large repository. */
export const SCALE: Group = {
  name: 'scale',
  title: `A repository of ${BACKUPS.toLocaleString('en')} backups`,
  text: 'Over 50 names, on MinIO: commits and records as backups write them, without data. Cold is without a cache.',
  reference: 'list-warm',
  referenceTitle: '`list`, warm',
  database: { kind: 'rows', megabytes: 1 },
  cases: [
    ...pair('list', '`list`, all names', 'list'),
    ...pair('status', '`status` of one name', 'status --name database-007 --max-age 26h'),
    ...pair('prune', '`prune --dry-run` of one name', 'prune --name database-007 --dry-run --keep-days 30'),
  ],
};
