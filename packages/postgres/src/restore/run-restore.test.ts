import { describe, expect, it } from 'vitest';
import type { Programs } from '../session/client-programs.ts';
import { restoringPrograms } from './run-restore.ts';

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
