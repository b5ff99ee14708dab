import { execFileSync } from 'node:child_process';
import { isBackuperError } from '@postgres-backuper/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMIT_MAX_BYTES, parseCommit, writeCommit } from './commit.ts';
import { commitKey } from './keys.ts';
import { writeWithOwnDigest } from './own-digest.ts';
import { parentOf } from './parent.ts';
import { sampleCommit, sampleDifferential } from './samples.test-data.ts';

const COMMIT = sampleCommit();
const KEY = commitKey(COMMIT);
const TEXT = Buffer.from(writeCommit(COMMIT)).toString('utf8');

const PARENT = 'backup_20260314_120000_ef3456';
const STORED = { sizeBytes: 280, sha256: '1'.repeat(64) };
const DIFFERENTIAL = { type: 'differential', parent: PARENT, parentObjects: STORED };

/** Parses the sample after a change of its JSON; its digest is that of what was changed, as a forger would write it. */
function parseChanged(change: (value: Record<string, unknown>) => void): unknown {
  const value = JSON.parse(TEXT) as Record<string, unknown>;
  change(value);
  return parseCommit(writeWithOwnDigest(value), { key: KEY });
}

function invalidAt(text: string) {
  return expect.objectContaining({ code: 'commit-invalid', message: expect.stringMatching(`'${KEY}'.*${text}`) });
}

test('a commit comes back as it was written', () => {
  expect(parseCommit(writeCommit(COMMIT), { key: KEY })).toEqual(COMMIT);
});

test('a differential names its full and covers its list of objects', () => {
  const differential = sampleDifferential();
  const key = commitKey(differential);
  expect(parseCommit(writeCommit(differential), { key })).toEqual(differential);
  expect(parentOf(differential)).toEqual({ label: COMMIT.label, objects: COMMIT.objects });
  expect(parentOf(COMMIT)).toBeUndefined();
});

test('a differential may begin in the second in which its full began', () => {
  const parent = 'backup_20260315_120000_ffffff';
  expect(parseChanged((value) => Object.assign(value, { ...DIFFERENTIAL, parent }))).toMatchObject({ parent });
});

test('the same commit always gives the same bytes, with sorted keys', () => {
  const reversed = Object.fromEntries(Object.entries(COMMIT).reverse()) as unknown as typeof COMMIT;
  expect(Buffer.from(writeCommit(reversed)).toString('utf8')).toBe(TEXT);
  expect(TEXT).toMatchSnapshot();
});

test('a commit of more than 8 KiB is refused on both sides', () => {
  const recipients = Array.from({ length: 200 }, () => 'A'.repeat(40));
  const large = sampleCommit({ encryption: { profile: 'openpgp', recipients, passphrase: false } });
  expect(() => writeCommit(large)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  const padded = Buffer.from(`${TEXT}${' '.repeat(COMMIT_MAX_BYTES)}`);
  expect(() => parseCommit(padded, { key: KEY })).toThrow(invalidAt('8192'));
});

test.each([1, 10, TEXT.length - 3])('a commit cut short at %i is an error that names it', (length) => {
  expect(() => parseCommit(Buffer.from(TEXT.slice(0, length)), { key: KEY })).toThrow(invalidAt('damaged'));
});

test('an unknown version is told apart from damage', () => {
  expect(() => parseChanged((value) => Object.assign(value, { version: 2, totals: 'new' }))).toThrow(
    invalidAt("'2', .* reads 1 only: use the version that made"),
  );
});

test('an unknown field is passed over unless it is said to be critical', () => {
  expect(parseChanged((value) => Object.assign(value, { later: 1 }))).toEqual(COMMIT);
  expect(() => parseChanged((value) => Object.assign(value, { later: 1, critical: ['later'] }))).toThrow(
    invalidAt('later'),
  );
});

test.each([
  ['a negative size', { objects: { sizeBytes: -1, sha256: '0'.repeat(64) } }, 'objects.sizeBytes'],
  ['1e308', { objects: { sizeBytes: 1e308, sha256: '0'.repeat(64) } }, 'objects.sizeBytes'],
  ['a broken hash', { objects: { sizeBytes: 1, sha256: 'x' } }, 'objects.sha256'],
  ['a fraction', { warnings: 0.5 }, 'warnings'],
  ['null for a text', { tool: null }, 'tool'],
  ['a list for an object', { totals: [] }, 'totals'],
  ['an unknown type', { type: 'incremental' }, 'type'],
  ['a full with a parent', { parent: PARENT }, 'parent.*is a full'],
  ['a full with objects of a parent', { parentObjects: STORED }, 'parentObjects.*is a full'],
  ['a differential without a parent', { ...DIFFERENTIAL, parent: null }, 'parent.*is a differential'],
  ['a parent without its objects', { ...DIFFERENTIAL, parentObjects: undefined }, 'parentObjects.*is a differential'],
  ['a parent that is no label', { ...DIFFERENTIAL, parent: '../x' }, 'parent'],
  ['a backup that stands on itself', { ...DIFFERENTIAL, parent: COMMIT.label }, 'parent.*itself'],
  ['a parent that is younger', { ...DIFFERENTIAL, parent: 'backup_20260315_120001_000000' }, 'parent.*later'],
  ['an imported differential', { ...DIFFERENTIAL, imported: true }, 'imported'],
  ['a local time', { startedAt: '2026-03-15T12:00:00' }, 'startedAt'],
  [
    'a lower-case fingerprint',
    { encryption: { profile: 'openpgp', recipients: ['a'.repeat(40)], passphrase: false } },
    'recipients',
  ],
])('%s is an error that names the field', (_, changes, field) => {
  expect(() => parseChanged((value) => Object.assign(value, changes))).toThrow(invalidAt(field));
});

test.each(['version', 'name', 'label', 'database', 'totals', 'objects', 'startedAt', 'encryption'])(
  'a commit without %s is an error',
  (field) => {
    expect(() => parseChanged((value) => delete value[field])).toThrow(invalidAt(field));
  },
);

test('a field __proto__ is an error, and changes no object', () => {
  const polluted = { value: { polluted: true }, enumerable: true };
  expect(() => parseChanged((value) => Object.defineProperty(value, '__proto__', polluted))).toThrow(
    invalidAt('__proto__'),
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each([
  ['name', { name: 'other' }],
  ['label', { label: 'backup_20260315_120000_ffffff' }],
  ['a label that leads elsewhere', { label: '../../x' }],
  ['an empty name', { name: '' }],
])('a commit replayed under another key is an error: %s', (_, changes) => {
  expect(() => parseChanged((value) => Object.assign(value, changes))).toThrow(invalidAt('.'));
});

test.each(['2026-03-15T12:00:01.000Z', '2026-03-15T11:59:59.999Z', '2024-03-15T12:00:00.000Z'])(
  'a start at %s that is not the one in the label is an error',
  (startedAt) => {
    expect(() => parseChanged((value) => Object.assign(value, { startedAt }))).toThrow(invalidAt('startedAt.*label'));
  },
);

test('every single flipped bit of a commit is found', () => {
  const bytes = Buffer.from(TEXT);
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => parseCommit(bytes, { key: KEY }), `bit ${bit}`).toThrow(invalidAt('damaged'));
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
});

test('lines that are lost, doubled or put elsewhere are found', () => {
  const lines = TEXT.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const others = lines.filter((_, at) => at !== index);
    for (const changed of [others, [...others.slice(0, 2), line, line, ...others.slice(2)], [line, ...others]]) {
      const text = `${changed.join('\n')}\n`;
      if (text !== TEXT) expect(() => parseCommit(Buffer.from(text), { key: KEY })).toThrow(invalidAt('damaged'));
    }
  }
});

test('sed and sha256sum alone tell whether a commit is whole', () => {
  const digest = execFileSync('sh', ['-c', `sed '/^  "sha256":/d' | sha256sum`], { input: TEXT, encoding: 'utf8' });
  expect(digest.slice(0, 64)).toBe((JSON.parse(TEXT) as { sha256: string }).sha256);
});

test('whatever bytes are stored, the answer is a commit or commit-invalid', () => {
  const mutated = fc
    .tuple(fc.nat(TEXT.length - 1), fc.string({ maxLength: 8 }))
    .map(([at, text]) => TEXT.slice(0, at) + text + TEXT.slice(at + text.length));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.json(), fc.string()), (text) => {
      try {
        const { name, label } = parseCommit(Buffer.from(text), { key: KEY });
        expect(commitKey({ name, label })).toBe(KEY);
      } catch (error) {
        if (!isBackuperError(error, 'commit-invalid')) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
