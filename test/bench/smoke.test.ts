import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMissing } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Results } from '../../bench/report/results.ts';
import { summaryOf } from '../../bench/report/summary.ts';

const BENCH = join(import.meta.dirname, '../../bench/main.ts');
const CASES = ['copy', 'ours', 'ours-s3', 'directory', 'gpg-zstd', 'pg-restore-j2', 'ours-restore-s3'];

describe.skipIf(isMissing('MinIO'))('the benchmark on 20 MB', () => {
  let folder = '';
  let report = '';
  let results: Results = { sections: [] };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bench-smoke-'));
    const output = join(folder, 'RESULTS.md');
    const cases = CASES.flatMap((name) => ['--case', name]);
    const args = [BENCH, '--size', '20MB', '--rounds', '1', '--sources', '--output', output, ...cases];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    report = await readFile(output, 'utf8');
    results = JSON.parse(await readFile(join(folder, 'RESULTS.json'), 'utf8')) as Results;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('every case has run and is a row of the report with its figures', () => {
    const runs = results.sections.flatMap((section) => section.runs);
    expect(runs.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(runs.map((run) => run.case).toSorted()).toEqual(CASES.toSorted());
    for (const { figures } of runs) {
      expect(figures?.wallS).toBeGreaterThan(0);
      expect(figures?.clientS).toBeGreaterThan(0);
      expect(figures?.serverS).toBeGreaterThan(0);
      expect(report).toContain(`| ${figures?.wallS.toFixed(figures.wallS < 1 ? 3 : 2)} [`);
    }
  });

  test('ratios are those of the measured values', () => {
    const [backup] = results.sections;
    const [copy, ours] = ['copy', 'ours'].map((name) => summaryOf(backup!, name)!.wallS.median);
    const row = report.split('\n').find((line) => line.startsWith('| ours, encrypted, to disk, `--jobs 4`'));
    expect(row).toContain(`×${(ours! / copy!).toFixed(2)} |`);
    expect(report).toContain(`${(ours! / copy!).toFixed(2)}× |`);
  });

  test('ours stores about what zstd makes of it, encrypted, and keeps nothing of the dump on disk', () => {
    const [backup] = results.sections;
    const { tempBytes, storedBytes = 0 } = summaryOf(backup!, 'ours-s3')!;
    expect(tempBytes).toBeLessThan(200); // a service file with time limits of the connection
    expect(storedBytes / backup!.rawBytes).toBeGreaterThan(0.2);
    expect(storedBytes / backup!.rawBytes).toBeLessThan(0.35);
  });
});
