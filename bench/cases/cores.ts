import type { BenchCase, Group } from './case.ts';

function onCores(cores: 1 | 2): BenchCase {
  const rows = '"$WORK/events" "$WORK/others"';
  return {
    name: `pipeline-${cores}`,
    title: `the pipeline on ${cores === 1 ? 'one core' : 'two cores'}`,
    prepare: `test ! -e "$WORK/events" || exit 0
sql -c 'COPY events TO STDOUT' > "$WORK/events"
{ tables_but_events | while read -r table; do echo "COPY $table TO STDOUT;"; done; } | sql > "$WORK/others"`,
    before: `cat ${rows} > /dev/null`,
    run: `taskset -c 0-${cores - 1} "$NODE" "$BENCH/programs/synthetic-source.ts" "$OUT/repository" ${rows}`,
    check: 'test "$(ls "$OUT/repository/synthetic" | wc -l)" -gt 0',
    stored: 'out',
  };
}

/** What our part costs when no server takes its share of the cores. */
export const CORES: Group = {
  name: 'cores',
  title: 'The pipeline without a server',
  text: `The rows of the database come from two files, through named pipes as pg_dump writes them; they are hashed, counted,
compressed, encrypted and stored on the disk. The programs that write the pipes (\`cat\`) share the cores.
One seal thread for each core: pg_dump, for which a backup keeps one free, is not there.`,
  reference: 'pipeline-1',
  referenceTitle: 'one core',
  database: { kind: 'rows' },
  cases: [onCores(1), onCores(2)],
};
