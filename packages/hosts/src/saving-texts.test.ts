import { expect, test } from 'vitest';
import { newText, standingText, storedShare } from './saving-texts.ts';

const MIB = 1024 ** 2;
const TOTALS = { tables: 2, rows: 7, rawBytes: 1600 * MIB, storedBytes: 21 * MIB, segments: 3 };
const SAVING = { fullStoredBytes: 1600 * MIB, newBytes: 30 * MIB, changedTables: [], sparedTables: [] };
const MADE = { parent: 'backup_1', totals: TOTALS, saving: SAVING, whyFull: null };

test('a differential says what it stored of its full', () => {
  expect(standingText(MADE)).toBe('differential of backup_1: stored 21.0 MiB of 1.6 GiB (1.3 % of its full)');
  expect(storedShare(MADE)).toBe('1.3 % of its full');
  expect(newText({ schema: 's', table: 't', bytes: 200 * MIB, newBytes: 21 * MIB })).toBe('21.0 MiB of 200 MiB (11 %)');
});

test('a full says why it is no differential, where one was asked for', () => {
  const full = { ...MADE, parent: null, saving: null };
  expect(standingText({ ...full, whyFull: 'there is no full yet' })).toBe('full backup: there is no full yet');
  expect([standingText(full), storedShare(full)]).toEqual([undefined, undefined]);
});
