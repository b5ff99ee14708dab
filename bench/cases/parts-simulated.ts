import type { BenchCase, Group } from './case.ts';

interface Simulated {
  readonly workers: number;
  readonly terabytes: number;
  readonly segmentMib: 8 | 64;
}

function simulated({ workers, terabytes, segmentMib }: Simulated): BenchCase {
  const jobs = workers === 1 ? 'one worker' : `${workers} workers`;
  return {
    name: `simulated-${terabytes}tb-${workers}`,
    title: `${terabytes} TB, ${jobs}, segments of ${segmentMib} MiB`,
    run: `"$NODE" "$BENCH/programs/simulate-parts.ts" "$OUT" ${workers} ${terabytes * 1000} ${segmentMib} > "$NOTES"`,
    check: 'true',
  };
}

/** Many workers on a server that never makes them wait: what the sharing and the commit leave of their speed. */
export const PARTS_SIMULATED: Group = {
  name: 'parts-simulated',
  title: 'One database by many workers, simulated',
  text: `200 tables, of which the largest has 3.3 % of the bytes. **Computed**: each worker stores 190 MB/s of rows, and waits for the plan and the
holder for it as long as they may; requests of workers, and a look of the holder every 0.5 s. **Measured**: plan, sealed lists, catalog, list, the
confirmations and the commit are made by the program's own code on a storage that answers at once; the *commit* is the CPU time from the last list on.
Neither network nor server is in these figures.`,
  reference: 'simulated-1tb-1',
  referenceTitle: 'one worker',
  database: { kind: 'rows', megabytes: 1 },
  noted: {
    readS: 'reading, s (computed)',
    commitS: 'commit, CPU s (measured)',
    throughputMB: 'MB/s',
    segments: 'segments',
    requests: 'requests',
  },
  isLong: true,
  cases: [
    ...[1, 2, 4, 8, 16, 32].map((workers) => simulated({ workers, terabytes: 1, segmentMib: 8 })),
    ...[8, 32].map((workers) => simulated({ workers, terabytes: 10, segmentMib: 8 })),
    simulated({ workers: 32, terabytes: 100, segmentMib: 64 }),
  ],
};
