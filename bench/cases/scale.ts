import type { BenchCase, Group } from './case.ts';

const BACKUPS = 10_000;
const REPOSITORY = '--repository "s3://$WORK_BUCKET/backups"';
/** Filled once, then pruned as every night prunes it: that gathers the commits of each name into one object. */
const FILL = `test -e "$WORK/filled" || {
  "$NODE" "$BENCH/programs/simulate-repository.ts" "$WORK_BUCKET" ${BACKUPS}
  (unset PGDATABASE; for number in $(seq -f %03g 0 49); do
    backuper prune ${REPOSITORY} --name "database-$number" --keep-days 9999 --cache-dir "$WORK/prune"
  done)
  touch "$WORK/filled"
}`;

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
  text: 'Over 50 names, on MinIO: commits and records as backups write them, without data, pruned once (which removed none). Cold is without a cache.',
  reference: 'list-warm',
  referenceTitle: '`list`, warm',
  database: { kind: 'rows', megabytes: 1 },
  cases: [
    ...pair('list', '`list`, all names', 'list'),
    ...pair('status', '`status` of one name', 'status --name database-007 --max-age 26h'),
    ...pair('prune', '`prune --dry-run` of one name', 'prune --name database-007 --dry-run --keep-days 30'),
  ],
};
