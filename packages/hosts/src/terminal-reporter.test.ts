import type { Event, Progress } from '@postgres-backuper/base';
import { beforeEach, describe, expect, test } from 'vitest';
import { createTerminalReporter, type Reporter } from './terminal-reporter.ts';

let written: string;
let now: number;
beforeEach(() => {
  written = '';
  now = 0;
});

function reporter(interactive: boolean, verbose = false): Reporter {
  const write = (text: string): void => {
    written += text;
  };
  return createTerminalReporter({ write, interactive, verbose, colours: false, width: () => 60, elapsed: () => now });
}

const MIB = 1024 ** 2;
const progress: Progress = {
  rawBytes: 50 * MIB,
  storedBytes: 20 * MIB,
  totalBytes: 100 * MIB,
  tablesDone: 2,
  tablesTotal: 4,
  elapsedMs: 5000,
};

describe('texts', () => {
  test.each<[Event, string]>([
    [{ type: 'phase', phase: 'dump', text: 'dumping' }, '› dump  dumping\n'],
    [{ type: 'notice', text: 'a notice' }, '  a notice\n'],
    [{ type: 'warning', text: 'a warning', hint: 'do this' }, '! a warning\n  do this\n'],
    [{ type: 'detail', text: 'more' }, ''],
  ])('%j', (event, text) => {
    reporter(false).emit(event);
    expect(written).toBe(text);
  });

  test('details are shown when asked for', () => {
    reporter(false, true).emit({ type: 'detail', text: 'more' });
    expect(written).toBe('  more\n');
  });

  test('nothing that a terminal obeys comes through', () => {
    const text = 'a\x1b[2Jb\nc\rd\u202ee\x9b1m';
    reporter(true).emit({ type: 'warning', text, hint: text });
    reporter(true).emit({ type: 'progress', progress: { ...progress, current: text } });
    expect(written.replaceAll('\r\x1b[2K', '')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(written).toContain('a\\x1b[2Jb\\nc\\x0dd\\u202ee\\x9b1m');
  });
});

describe('progress', () => {
  test('is one redrawn line on a terminal, never wider than it, gone before the next text', () => {
    const { emit, end } = reporter(true);
    emit({ type: 'progress', progress });
    expect(written).toMatch(/^\r\x1b\[2K {2}50 % {2}50\.0 MiB of about 100 MiB, 2 of 4 tables/);
    expect(written.length - 5).toBeLessThan(60);
    emit({ type: 'notice', text: 'x' });
    expect(written.endsWith('\r\x1b[2K  x\n')).toBe(true);
    written = '';
    end();
    expect(written).toBe('');
  });

  test('is a line every ten seconds elsewhere', () => {
    const { emit } = reporter(false);
    for (now = 0; now <= 25_000; now += 500) emit({ type: 'progress', progress });
    expect(written).toBe('  50 %  50.0 MiB of about 100 MiB, 2 of 4 tables, 10.0 MiB/s, about 5.0 s left\n'.repeat(2));
  });

  test('never promises more than 99 %, and no time when it is over its estimate', () => {
    now = 20_000;
    const { emit } = reporter(false);
    now = 40_000;
    emit({ type: 'progress', progress: { ...progress, rawBytes: 200 * MIB } });
    expect(written).toBe('  99 %  200 MiB of about 100 MiB, 2 of 4 tables, 40.0 MiB/s\n');
  });
});
