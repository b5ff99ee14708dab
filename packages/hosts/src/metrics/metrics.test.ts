import { expect, test } from 'vitest';
import { documentWith, type Loose } from '../document.test-data.ts';
import type { Measured, NameState } from './measured.ts';
import type { Unit } from './metric.ts';
import { METRICS } from './metrics.ts';
import { metricsReport } from './metrics-text.ts';

const NASTY = 'a"b\\c\n<d>&\u001b[31m\u0000]]>';

function report(loose: Loose, more: Partial<Measured> = {}): string {
  const about = { now: Date.parse('2026-03-01T12:00:00Z'), elapsedMs: 2500, retries: 2, names: [], repositories: [] };
  return metricsReport({ ...about, ...more, document: documentWith(loose) });
}

const FAILED = { command: 'backup', exit: 2, error: { code: 'x', message: 'no' } } as const;

function stateOf(more: Partial<NameState>): Measured['repositories'][number] {
  const nothing = {
    held: { backups: 0, storedBytes: 0 },
    bad: 0,
    verifiedAt: {},
    leftOvers: { runs: 0, storedBytes: 0 },
  };
  const name = { name: NASTY, newest: undefined, ...nothing, ...more };
  return { location: '/r', names: [name], usage: undefined, forecast: undefined };
}

const WHOLE = {
  newest: {
    ...{ label: 'backup_1', startedAt: '2026-11-28T00:00:10.500Z', durationMs: 1500, fullBytes: undefined },
    totals: { rawBytes: 4000, storedBytes: 1000, rows: 3, tables: 2, segments: 1 },
  },
  held: { backups: 3, storedBytes: 2900 },
  verifiedAt: { stored: 1_795_824_012_000, content: 1_795_824_011_000 },
  leftOvers: { runs: 1, storedBytes: 70 },
};

test('what a repository holds is told after a failed run as well', () => {
  const usage = { freeBytes: 9, totalBytes: 10 };
  const repositories = [{ ...stateOf(WHOLE), usage, forecast: { fullAt: 1_800_000_000_400 } }];
  expect(report(FAILED, { repositories, names: ['shop'] })).toMatchInlineSnapshot(`
    "# TYPE postgres_backup_exit_status gauge
    # HELP postgres_backup_exit_status Exit status of the command.
    postgres_backup_exit_status{command="backup"} 2
    # TYPE postgres_backup_run_success gauge
    # HELP postgres_backup_run_success 1 if the command did for the name what it should, or if the newest backup was young enough; else 0.
    postgres_backup_run_success{command="backup",name="shop"} 0
    # TYPE postgres_backup_run_timestamp_seconds gauge
    # HELP postgres_backup_run_timestamp_seconds When the command ended.
    postgres_backup_run_timestamp_seconds{command="backup"} 1772366400
    # TYPE postgres_backup_run_duration_seconds gauge
    # HELP postgres_backup_run_duration_seconds How long the command took.
    postgres_backup_run_duration_seconds{command="backup"} 2.5
    # TYPE postgres_backup_run_retries gauge
    # HELP postgres_backup_run_retries Calls to a repository that were tried again after a temporary failure.
    postgres_backup_run_retries{command="backup"} 2
    # TYPE postgres_backup_last_success_timestamp_seconds gauge
    # HELP postgres_backup_last_success_timestamp_seconds When the newest good backup was begun: it holds the database as of then.
    postgres_backup_last_success_timestamp_seconds{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 1795824011
    # TYPE postgres_backup_duration_seconds gauge
    # HELP postgres_backup_duration_seconds How long the newest good backup took.
    postgres_backup_duration_seconds{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 1.5
    # TYPE postgres_backup_raw_bytes gauge
    # HELP postgres_backup_raw_bytes Uncompressed bytes of the newest good backup.
    postgres_backup_raw_bytes{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 4000
    # TYPE postgres_backup_stored_bytes gauge
    # HELP postgres_backup_stored_bytes Bytes of the newest good backup as stored.
    postgres_backup_stored_bytes{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 1000
    # TYPE postgres_backup_compression_ratio gauge
    # HELP postgres_backup_compression_ratio Uncompressed bytes for each stored byte of the newest good backup, unless that is a differential.
    postgres_backup_compression_ratio{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 4
    # TYPE postgres_backup_rows gauge
    # HELP postgres_backup_rows Rows in the newest good backup.
    postgres_backup_rows{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 3
    # TYPE postgres_backup_tables gauge
    # HELP postgres_backup_tables Tables in the newest good backup.
    postgres_backup_tables{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 2
    # TYPE postgres_backup_segments gauge
    # HELP postgres_backup_segments Segments of the newest good backup.
    postgres_backup_segments{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 1
    # TYPE postgres_backup_held_backups gauge
    # HELP postgres_backup_held_backups Readable backups of the name, good or not.
    postgres_backup_held_backups{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 3
    # TYPE postgres_backup_held_bytes gauge
    # HELP postgres_backup_held_bytes Bytes that the backups of the name store.
    postgres_backup_held_bytes{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 2900
    # TYPE postgres_backup_bad_backups gauge
    # HELP postgres_backup_bad_backups Backups of the name that cannot be read or failed a verification.
    postgres_backup_bad_backups{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 0
    # TYPE postgres_backup_last_verification_timestamp_seconds gauge
    # HELP postgres_backup_last_verification_timestamp_seconds When a backup of the name last passed a verification of that level (stored, content, restore).
    postgres_backup_last_verification_timestamp_seconds{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r",level="stored"} 1795824012
    postgres_backup_last_verification_timestamp_seconds{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r",level="content"} 1795824011
    # TYPE postgres_backup_left_overs gauge
    # HELP postgres_backup_left_overs Runs that stored no backup and left objects, two hours after their last sign of life.
    postgres_backup_left_overs{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 1
    # TYPE postgres_backup_left_over_bytes gauge
    # HELP postgres_backup_left_over_bytes Bytes of the objects that such runs left.
    postgres_backup_left_over_bytes{name="a\\"b\\\\c\\\\n<d>&\\\\x1b[31m\\\\x00]]>",location="/r"} 70
    # TYPE postgres_backup_free_bytes gauge
    # HELP postgres_backup_free_bytes Free bytes of the repository, where its storage reports them.
    postgres_backup_free_bytes{location="/r"} 9
    # TYPE postgres_backup_size_bytes gauge
    # HELP postgres_backup_size_bytes Bytes that the storage of the repository has in all.
    postgres_backup_size_bytes{location="/r"} 10
    # TYPE postgres_backup_full_timestamp_seconds gauge
    # HELP postgres_backup_full_timestamp_seconds When the free space will be used up if all names grow as before; absent where that is not within 180 days. From backup and prune, which know the rules of retention.
    postgres_backup_full_timestamp_seconds{location="/r"} 1800000000
    # EOF
    "
  `);
});

test('of a differential the saving is told, and no compression', () => {
  const text = report(FAILED, { repositories: [stateOf({ newest: { ...WHOLE.newest, fullBytes: 2500 } })] });
  expect(text).toMatch(/^postgres_backup_differential_saved_bytes\{.*\} 1500$/m);
  expect(text).not.toContain('_ratio');
});

test('what is not known is absent', () => {
  const text = report(FAILED, { repositories: [stateOf({})] });
  expect(text).toContain('postgres_backup_run_success{command="backup"} 0\n');
  expect(text).toMatch(/^postgres_backup_held_backups\{.*\} 0$/m);
  expect(text).not.toMatch(/last_success|raw_bytes|_ratio|_verification|free_bytes|size_bytes|full|deleted|freed/);
  expect(report(FAILED)).not.toContain('location=');
});

test('each result tells its own figures', () => {
  const backups = [
    { label: 'b', ok: false, verdict: null },
    { label: 'a', ok: true, verdict: 'degraded' },
  ];
  const verified = { name: 'shop', location: '/r', durationMs: 1500, backups };
  const verify = report({ command: 'verify', exit: 3, result: { repositories: [verified] } });
  expect(verify).toContain('damaged_backups{command="verify",name="shop",location="/r"} 1\n');
  expect(verify).toContain('degraded_backups{command="verify",name="shop",location="/r"} 1\n');
  expect(verify).toContain('verify_duration_seconds{command="verify",name="shop",location="/r"} 1.5\n');
  expect(verify).toContain('run_success{command="verify",name="shop"} 0\n');
  const restored = { database: 'copy', durationMs: 2500, objects: [1, 2], notLoaded: [1] };
  const restore = report({ command: 'restore', exit: 4, result: restored });
  expect(restore).toContain('restore_duration_seconds{command="restore",database="copy"} 2.5\n');
  expect(restore).toContain('objects_not_restored{command="restore",database="copy"} 2\n');
  expect(restore).toContain('tables_not_loaded{command="restore",database="copy"} 1\n');
  const pruned = { name: 'shop', location: '/r', deleted: ['a', 'b'], freedBytes: 70, refusals: [] };
  const prune = report({ command: 'prune', exit: 0, result: { repositories: [pruned] } });
  expect(prune).toContain('freed_bytes{command="prune",name="shop",location="/r"} 70\n');
  expect(prune).toContain('deleted_backups{command="prune",name="shop",location="/r"} 2\n');
});

test('of several databases each has its own success', () => {
  const there = { location: '/r', committed: true, deleted: ['x'], freedBytes: 5 };
  const away = { location: '/s', committed: false, deleted: [], freedBytes: 0 };
  const result = {
    backups: [
      { name: 'a', destinations: [there] },
      { name: 'b', destinations: [there, away] },
    ],
    ...{ skipped: ['c'], failures: [{ database: 'd' }] },
  };
  const text = report({ command: 'backup', exit: 4, result });
  const values = [...text.matchAll(/run_success\{command="backup",name="(.)"\} (\d)/g)];
  expect(values.map(([, name, value]) => `${name}${value}`)).toEqual(['a1', 'b0', 'c1', 'd0']);
  expect(text.match(/freed_bytes\{.*/g)).toEqual([
    'freed_bytes{command="backup",name="a",location="/r"} 5',
    'freed_bytes{command="backup",name="b",location="/r"} 5',
  ]);
  const named = { ...result, backups: [], skipped: [] };
  expect(report({ command: 'backup', exit: 1, result: named }, { names: ['own'] })).toContain('name="own"} 0\n');
});

test('a backup without a part of its data is no success', () => {
  const result = { backups: [{ name: 'a', destinations: [] }], skipped: [], failures: [] };
  expect(report({ command: 'backup', exit: 4, result })).toContain('run_success{command="backup",name="a"} 0\n');
  expect(report({ command: 'backup', exit: 0, result })).toContain('run_success{command="backup",name="a"} 1\n');
});

/** How the name of a metric ends for each unit; the names of counts are the things that they count. */
const ENDS: Readonly<Partial<Record<Unit, RegExp>>> = { s: /_seconds$/, By: /bytes$/ };

test.each(METRICS.map((metric) => [metric.name, metric] as const))('%s follows the conventions', (name, metric) => {
  expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
  for (const [unit, end] of Object.entries(ENDS)) expect(end.test(name)).toBe(metric.unit === unit);
  expect(metric.help).toMatch(/^[A-Z1].*\.$/);
});
