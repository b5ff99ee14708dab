import { expect, test } from 'vitest';
import { sampleRun, sampleSection } from './sample-section.ts';
import { spreadOf, summaryOf } from './summary.ts';

test('a median is the middle value, or the mean of the two in the middle', () => {
  expect(spreadOf([9, 1, 2])).toEqual({ median: 2, min: 1, max: 9 });
  expect(spreadOf([10, 1, 2, 4])).toEqual({ median: 3, min: 1, max: 10 });
});

test('CPU seconds are added run by run before the median is taken', () => {
  const runs = [
    sampleRun('ours', { clientS: 1, serverS: 10, storageS: 0.5 }, 1),
    sampleRun('ours', { clientS: 20, serverS: 2, storageS: 0 }, 2),
    sampleRun('ours', { clientS: 3, serverS: 3, storageS: 0 }, 3),
  ];
  expect(summaryOf(sampleSection(runs), 'ours')?.cpuS).toEqual({ median: 11.5, min: 6, max: 22 });
});

test('memory is the most of all runs', () => {
  const runs = [sampleRun('ours', { processBytes: 300 }, 1), sampleRun('ours', { processBytes: 100 }, 2)];
  expect(summaryOf(sampleSection(runs), 'ours')?.processBytes).toBe(300);
});

test('a case with a failed run has no figures', () => {
  const runs = [sampleRun('ours', {}, 1), { case: 'ours', round: 2, failure: 'run: status 1' }];
  expect(summaryOf(sampleSection(runs), 'ours')).toBeUndefined();
});

test('what a case noted itself is a spread, of the runs that noted it', () => {
  const runs = [
    sampleRun('ours', { noted: { idleS: 1 } }, 1),
    sampleRun('ours', { noted: { idleS: 3 } }, 2),
    sampleRun('ours', {}, 3),
  ];
  expect(summaryOf(sampleSection(runs), 'ours')?.noted).toEqual({ idleS: { median: 2, min: 1, max: 3 } });
  expect(summaryOf(sampleSection(runs.slice(2)), 'ours')?.noted).toEqual({});
});
