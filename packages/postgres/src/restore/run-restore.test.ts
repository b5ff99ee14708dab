import { describe, expect, it } from 'vitest';
import type { Programs } from '../session/client-programs.ts';
import { restoringPrograms, withoutTolerated } from './run-restore.ts';

const usable = [14, 15, 16, 17, 18].map((major) => ({ major, version: `${major}.1` }) as Programs);
const found = { usable, outdated: [] };
const archive = (minor: number): Buffer =>
  Buffer.from(['P', 'G', 'D', 'M', 'P'].map((c) => c.charCodeAt(0)).concat(1, minor, 0));

describe('restoringPrograms', () => {
  it.each([
    [14, 14, 14],
    [14, 16, 16],
    [15, 14, 16],
    [16, 14, 17],
    [16, 18, 18],
  ])('for archive 1.%i and server %i takes %i', (minor, server, major) => {
    expect(restoringPrograms(found, archive(minor), server).major).toBe(major);
  });

  it('says which version is missing', () => {
    expect(() => restoringPrograms({ usable: usable.slice(0, 2), outdated: [] }, archive(16), 14)).toThrow(
      /17 or newer are needed/,
    );
  });
});

describe('withoutTolerated', () => {
  const refusals = [
    'ERROR:  unrecognized configuration parameter "transaction_timeout"',
    'FEHLER:  unbekannter Konfigurationsparameter »transaction_timeout«',
  ];
  const linesOf = (lines: readonly string[]): readonly string[] => {
    const passed: string[] = [];
    const take = withoutTolerated((line) => passed.push(line));
    for (const line of [...lines, '']) take(line);
    return passed;
  };

  it.each(refusals)('%s', (said) => {
    const error = `pg_restore: error: could not execute query: ${said}`;
    expect(linesOf(['before', error, 'Command was: SET transaction_timeout = 0;', 'after'])).toEqual([
      'before',
      'after',
    ]);
  });

  it('hands on what is about another statement', () => {
    const error = 'pg_restore: error: could not execute query: ERROR:  relation "transaction_timeout" already exists';
    const lines = [error, 'Command was: CREATE TABLE public.transaction_timeout ('];
    expect(linesOf(lines)).toEqual(lines);
    expect(linesOf([error])).toEqual([error]);
  });
});
