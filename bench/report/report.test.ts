import { expect, test } from 'vitest';
import { renderReport } from './report.ts';
import { mergeResults } from './results.ts';
import { sampleRun, sampleSection } from './sample-section.ts';
import { targetTable } from './target-table.ts';
import type { Target } from './targets/target.ts';
import { TARGETS } from './targets/targets.ts';

const rowOf = (report: string, start: string) => report.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';

test('a row has its figures, and each as a ratio to the reference', () => {
  const runs = [
    sampleRun('copy', { wallS: 4, clientS: 1, serverS: 7 }),
    sampleRun('ours', { wallS: 6, clientS: 5, serverS: 7, storedBytes: 250_000_000 }),
  ];
  const row = rowOf(renderReport({ sections: [sampleSection(runs)] }), 'ours, encrypted, to disk, `--jobs 4`');
  expect(row).toContain('| 6.00 [6.00–6.00] ×1.50 | 5.00 ×5.00 | 7.00 ×1.00 |');
  expect(row).toContain('| 12.00 [12.00–12.00] ×1.50 |');
  expect(row).toContain('| 250.0 MB, 25.0 % |');
});

test('figures that a case notes itself have columns, empty where it noted none', () => {
  const runs = [sampleRun('parts-none', {}), sampleRun('parts-4', { noted: { idleS: 0.5 } })];
  const report = renderReport({ sections: [sampleSection(runs, { group: 'parts' })] });
  expect(rowOf(report, '× = one job')).toContain('| holder idle, s |');
  expect(rowOf(report, 'one job')).toMatch(/\| {2}\|$/);
  expect(rowOf(report, '`--parts 4')).toContain('| 0.500 [0.500–0.500] |');
});

test('four workers are compared with one job by the CPU time of their processes', () => {
  const runs = [
    sampleRun('parts-none', { clientS: 10 }),
    sampleRun('parts-4', { clientS: 10.4, noted: { idleS: 1.5 } }),
  ];
  const table = targetTable({ sections: [sampleSection(runs, { group: 'parts' })] });
  expect(rowOf(table, 'one database of 1.6 GB by a holder and four workers')).toContain('| 4.0 % | yes |');
  expect(rowOf(table, 'its holder, with 1.6 GB')).toContain('| 1.500 s | **no**');
});

test('a case that failed and a program that is missing are shown as such', () => {
  const runs = [sampleRun('copy', {}), { case: 'gpg-zstd', round: 1, failure: 'run: status 2, no key' }];
  const missing = [{ case: 'borg', reason: 'no package' }];
  const report = renderReport({ sections: [sampleSection(runs, { missing })] });
  expect(rowOf(report, '`pg_dump -Fc --compress=zstd:1')).toContain('**failed**: run: status 2, no key');
  expect(rowOf(report, '`pg_dump -Fc -Z0 \\| borg`')).toContain('missing: no package');
});

test('what the rest of the machine took is said', () => {
  const runs = [sampleRun('copy', { wallS: 4, othersS: 2 }), sampleRun('ours', { wallS: 10, othersS: 1 })];
  const report = renderReport({ sections: [sampleSection(runs)] });
  expect(report).toContain('took 15 % of its CPU in the median run, 25 % in the worst');
  expect(report).not.toContain('say nothing');
  const disturbed = renderReport({ sections: [sampleSection([sampleRun('copy', { wallS: 4, othersS: 6 })])] });
  expect(disturbed).toContain('**Wall times of this section say nothing**');
});

test('every target is a row, measured or not', () => {
  const lines = targetTable({ sections: [] }).split('\n');
  expect(lines).toHaveLength(TARGETS.length + 2);
  expect(lines.slice(2).every((line) => line.endsWith('| not measured |'))).toBe(true);
});

test('a target is judged by the measured ratio, and a miss shows its reason', () => {
  const results = (oursS: number) => ({
    sections: [sampleSection([sampleRun('copy', { wallS: 4 }), sampleRun('ours', { wallS: oursS })])],
  });
  const target = { ...(TARGETS[0] as Target), reason: 'because' };
  expect(targetTable(results(7), [target])).toContain('| 1.75× | yes |');
  expect(targetTable(results(8), [target])).toContain('| 2.00× | **no**: because |');
});

test('memory of a large database is compared with that of a usual one', () => {
  const section = (id: string, megabytes: number, mib: number) =>
    sampleSection([sampleRun('ours-s3', { processBytes: mib * 1024 ** 2 })], { id, megabytes });
  const report = targetTable({ sections: [section('usual', 1600, 200), section('large', 20_000, 230)] });
  expect(rowOf(report, 'the same, growth from the usual size')).toContain('| 15.0 % | **no**');
});

test('a section replaces the one of the same id and leaves the others', () => {
  const [first, second] = [sampleSection([], { id: 'a' }), sampleSection([], { id: 'b' })];
  const newer = sampleSection([], { id: 'a', rounds: 9 });
  expect(mergeResults({ sections: [first, second] }, [newer]).sections).toEqual([newer, second]);
});

test('a run of the whole group replaces runs of some of its cases', () => {
  const part = sampleSection([], { id: 'backup 1000MB copy ours' });
  const larger = sampleSection([], { id: 'backup 10000MB copy' });
  const whole = sampleSection([]);
  expect(mergeResults({ sections: [part, larger] }, [whole]).sections).toEqual([larger, whole]);
});
