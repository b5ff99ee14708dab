import type { Figures, Run, Section } from './results.ts';

const FIGURES: Figures = {
  status: 0,
  wallS: 4,
  clientS: 1,
  serverS: 6,
  storageS: 0,
  othersS: 0,
  treeBytes: 20 * 1024 ** 2,
  processBytes: 10 * 1024 ** 2,
  tempBytes: 0,
};

/** For tests: a run of a case with figures of which only some matter. */
export function sampleRun(name: string, figures: Partial<Figures>, round = 1): Run {
  return { case: name, round, figures: { ...FIGURES, ...figures } };
}

/** For tests: a section of the group `backup` on 1 GB. */
export function sampleSection(runs: readonly Run[], changes: Partial<Section> = {}): Section {
  return {
    id: 'backup 1000MB',
    group: 'backup',
    megabytes: 1000,
    rawBytes: 1_000_000_000,
    rounds: 1,
    madeOn: '2026-01-02T03:04:05Z',
    command: 'npx --yes pnpm@12 bench --size 1000MB --rounds 1 --case backup',
    machine: { cpu: 'some processor', cores: 2, memoryGiB: 24, kernel: '6.1' },
    versions: { PostgreSQL: '18.6' },
    missing: [],
    runs,
    ...changes,
  };
}
