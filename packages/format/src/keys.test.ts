import { expect, test } from 'vitest';
import {
  commitKey,
  dataKey,
  dataPrefix,
  parseKey,
  recordPrefix,
  segmentName,
  segmentNumber,
  signatureKey,
} from './keys.ts';
import { createRecordKey, parseRecordKey } from './records.ts';

const ID = { name: 'my app', label: 'backup_20240315_120000_ab12cd' };

test('the keys of a backup are those of the format', () => {
  expect(commitKey(ID)).toBe('my=20app/backups/backup_20240315_120000_ab12cd.json');
  expect(signatureKey(ID)).toBe('my=20app/backups/backup_20240315_120000_ab12cd.json.sig');
  expect(dataPrefix(ID)).toBe('my=20app/data/backup_20240315_120000_ab12cd/');
  expect(dataKey(ID, segmentName(7, true))).toBe(`${dataPrefix(ID)}segment-00000007.tar.zst.gpg`);
  expect(segmentNumber(segmentName(7, false))).toBe(7);
  expect(recordPrefix(ID)).toBe('my=20app/records/backup_20240315_120000_ab12cd/');
});

test('each key tells what it is', () => {
  expect(parseKey(commitKey(ID))).toMatchObject({ ...ID, kind: 'commit' });
  expect(parseKey(signatureKey(ID))).toMatchObject({ ...ID, kind: 'signature' });
  expect(parseKey(dataKey(ID, 'x'))).toMatchObject({ ...ID, kind: 'data', rest: 'x' });
});

test.each([
  'my=20app/backups/notes.json',
  'my=20app/backups/backup_20240315_120000_ab12cd.json.old',
  'my=20app/backups/sub/backup_20240315_120000_ab12cd.json',
  'my app/backups/backup_20240315_120000_ab12cd.json',
  'my=20app/data/backup_20240315_120000_ab12cd/a/b',
  'my=20app/data/backup_20240315_120000_ab12cd/',
  'my=20app/data/other/segment-00000000.tar.zst',
  'backup_20240315_120000.sql.gz',
  '',
])('%j is not ours', (key) => {
  expect(parseKey(key)).toBeUndefined();
});

test('a record key tells kind and time without being read', () => {
  const now = Date.parse('2024-03-15T12:00:09.123Z');
  const key = createRecordKey(ID, { kind: 'verify-content-failed', now });
  expect(key).toMatch(
    /^my=20app\/records\/backup_20240315_120000_ab12cd\/20240315T120009123Z-[0-9a-f]{8}-verify-content-failed\.json$/,
  );
  expect(parseRecordKey(key)).toMatchObject({ ...ID, at: now, kind: 'verify-content-failed' });
  expect(parseRecordKey(`${recordPrefix(ID)}notes.txt`)).toBeUndefined();
  expect(parseRecordKey(commitKey(ID))).toBeUndefined();
});
