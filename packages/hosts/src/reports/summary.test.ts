import { expect, test } from 'vitest';
import { documentWith } from '../document.test-data.ts';
import type { CommandDocument } from '../host.ts';
import { KEYS } from '../wording.test-data.ts';
import { code, fenced, plain, shellWord } from './markdown.ts';
import { summaryReport } from './summary.ts';

const NASTY = "a|b`c`</summary><img src=x>\n# d [e](f) @g \u001b[31m'";

function backup(name: string, more: object = {}): CommandDocument {
  const destination = {
    ...{ location: 's3://backups/postgres at http://127.0.0.1:9000', committed: true, problem: null },
    ...{ deleted: ['backup_1'], kept: 1, rotationProblem: null },
    decisions: [
      { label: 'backup_2', action: 'keep', reasons: ['younger than 30 days', name] },
      { label: 'backup_1', action: 'delete', reasons: ['older than 30 days'] },
    ],
  };
  const made = {
    ...{ label: 'backup_2', name, database: name, durationMs: 1500, serverVersion: '18.6' },
    ...{ encryption: { profile: 'openpgp', recipients: ['DF326DAA'], passphrase: false } },
    ...{ totals: { tables: 12, rows: 3000, rawBytes: 4096, storedBytes: 1024, objects: 3 } },
    ...{ verification: 'content', warnings: [], exclusions: [], destinations: [destination] },
    ...{ type: 'full', parent: null, whyFull: null, saving: null, note: null, expiresAt: null },
    compression: { asked: 'zstd:1', levels: [{ level: 1, segments: 3 }] },
    anomalies: [],
    afterProblem: null,
    parts: [],
    largestTables: [{ schema: 'public', table: name, rows: 3000, bytes: 4096 }],
    ...more,
  };
  return documentWith({ command: 'backup', exit: 0, result: { backups: [made], skipped: [], failures: [] } });
}

test('the page of all backups is linked where its address is known', () => {
  const link = '[All backups on one page](https://shop.example/report.html)';
  expect(summaryReport(backup('shop'), KEYS)).not.toContain('All backups');
  const page = 'https://shop.example/report.html';
  expect(summaryReport({ ...backup('shop'), page }, KEYS)).toContain(`\n\n${link}\n`);
  const failed = documentWith({ command: 'backup', exit: 1, page, error: { code: 'internal', message: 'x' } });
  expect(summaryReport(failed, KEYS)).toContain(link);
});

test('how a backup was compressed is a row where it was asked for', () => {
  const compression = { asked: 'auto', levels: [{ level: 6, segments: 2 }] };
  expect(summaryReport(backup('shop', { compression }), KEYS)).toContain(
    '| Compression | auto: 2 segments at level 6 |',
  );
  expect(summaryReport(backup('shop'), KEYS)).not.toContain('Compression');
});

test('a backup: what, where, how long, sizes, largest tables, rotation with its reasons, the next steps', () => {
  const text = summaryReport(backup('shop'), KEYS);
  for (const part of [
    '## ✅ PostgreSQL backup\n',
    '| Database | shop |',
    '| Label | `backup_2` |',
    '| Size | 4.0 KiB → 1.0 KiB stored (4.0 : 1) |',
    '| Took | 1.5 s |',
    '| Proven | every object was read and decrypted, its rows were counted and hashed |',
    '<summary>The 1 largest of 12 tables</summary>',
    '| public.shop | 3,000 | 4.0 KiB |',
    '1 backup kept, 1 deleted</summary>',
    '| kept | `backup_2` | younger than 30 days, shop |',
    '| 🗑️ deleted | `backup_1` | older than 30 days |',
    'restore backup_2 {"repository":"s3://backups/postgres","s3Endpoint":"http://127.0.0.1:9000","name":"shop","into":"shop_restored"}',
    'Not shown: the server to restore on, the private key',
  ]) {
    expect(text).toContain(part);
  }
});

test('a part of a backup: what was read, what others read, and what this job leaves out', () => {
  const leftOut = [{ part: 2, why: 'has the large objects, which this job leaves out' }];
  const read = { part: 1, tables: 1, largeObjects: false, rows: 2, rawBytes: 9, storedBytes: 3, durationMs: 1 };
  const ofPart = (more: object) => {
    const part = { label: 'backup_2', name: 'shop', count: 2, parts: [], leftOut: [], ...more };
    return summaryReport(documentWith({ command: 'backup', exit: 0, result: { backups: [], part } }), KEYS);
  };
  expect(ofPart({})).toContain('\nNothing to read of `backup_2`: other jobs read it.\n');
  const alone = ofPart({ leftOut });
  expect(alone).toContain(
    '\nNothing to read of `backup_2`: part 2 has the large objects, which this job leaves out.\n',
  );
  expect(alone).not.toContain('other jobs');
  const some = ofPart({ leftOut, parts: [read] });
  expect(some).toContain('| 1 of 2 of `backup_2` | 1 table |');
  expect(some).toContain('\n\nNot read: part 2 has the large objects, which this job leaves out.\n');
});

test('a differential: what it stored of its full, and where it paid', () => {
  const table = (name: string, bytes: number, newBytes: number) => ({ schema: 'public', table: name, bytes, newBytes });
  const [changed, both, spared] = [table('sessions', 512, 512), table('orders', 2048, 1024), table('old', 1536, 0)];
  const saving = {
    ...{ fullStoredBytes: 8192, newBytes: 1536, changedTables: [both, changed], sparedTables: [spared, both] },
  };
  const text = summaryReport(backup('shop', { type: 'differential', parent: 'backup_1', saving }), KEYS);
  for (const part of [
    '| Type | differential of backup\\_1: stored 1.0 KiB of 8.0 KiB (13 % of its full) |',
    '| Size | 4.0 KiB → 1.0 KiB stored |',
    '<summary>New since the full: 1.5 KiB of 4.0 KiB (38 %)</summary>',
    '| public.orders | 1.0 KiB of 2.0 KiB (50 %) | 1.0 KiB |',
    '| public.sessions | 512 B of 512 B (100 %) | 0 B |',
    '| public.old | 0 B of 1.5 KiB (0 %) | 1.5 KiB |',
  ]) {
    expect(text).toContain(part);
  }
  expect(text.match(/public\.orders/g)).toHaveLength(1);
});

test('a full says why it is no differential', () => {
  const text = summaryReport(backup('shop', { whyFull: 'there is no full yet' }), KEYS);
  expect(text).toContain('| Type | full backup: there is no full yet |');
  expect(summaryReport(backup('shop'), KEYS)).not.toContain('| Type |');
});

test('a destination without the backup is named with the reason', () => {
  const failed = { location: '/second', committed: false, problem: 'disk full' };
  const destination = { ...failed, deleted: [], kept: 0, decisions: [], rotationProblem: null };
  expect(summaryReport(backup('shop', { destinations: [destination] }), KEYS)).toContain(
    '| Not stored in | ❌ /second: disk full |',
  );
});

test('names are shown and are neither Markdown nor HTML: every row keeps its cells', () => {
  const text = summaryReport(backup(NASTY), KEYS);
  const outsideCode = text.replace(/```+sh\n[\s\S]*?\n```+\n/g, '');
  expect(outsideCode).not.toMatch(/(^|[^\\])<(img|\/summary><img)/);
  expect(outsideCode).not.toMatch(/\u001b|^# d/m);
  const rows = outsideCode.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.replaceAll('\\|', '').split('|').length - 2);
  expect(new Set(cells)).toEqual(new Set([2, 3]));
});

test.each([
  [
    'a cancelled command',
    { exit: 130, error: { code: 'cancelled', message: 'stopped' } },
    '🚫 PostgreSQL backup: cancelled',
  ],
  ['a failed one', { exit: 2, error: { code: 'x', message: 'no', hint: 'do so' } }, '❌ PostgreSQL backup: failed'],
  ['one of which a part failed', { exit: 4 }, '⚠️ PostgreSQL backup: only partly done'],
  ['a skipped one', { exit: 99 }, '⏭️ PostgreSQL backup: skipped'],
])('%s says so in its first line', (_, document, title) => {
  expect(summaryReport({ command: 'backup', ...document }, KEYS).split('\n')[0]).toBe(`## ${title}`);
});

test('single problems of an error have a line each, but those that a result shows', () => {
  const error = { code: 'configuration-invalid', message: '2 settings are wrong', hint: 'see' };
  const wrong = documentWith({ command: 'backup', exit: 2, error, details: { problems: ['x|y', 'z'] } });
  expect(summaryReport(wrong, KEYS)).toContain('exit status 2)\n>\n> - x\\|y\n> - z\n>\n> see\n');
  const result = { repositories: [], problems: ["'shop' in /r: no", "'crm' in /s: gone"] };
  const pruned = documentWith({ command: 'prune', exit: 1, error: { code: 'x', message: 'no' }, result });
  expect(summaryReport(pruned, KEYS)).toContain("exit status 1)\n>\n> - 'shop' in /r: no\n> - 'crm' in /s: gone\n");
  const failures = [{ database: 'crm', error: { code: 'x', message: 'gone' } }];
  const partly = documentWith({
    ...{ command: 'backup', exit: 4, error: { code: 'partly-done', message: "1 of 2: 'crm'" } },
    result: { backups: [], skipped: [], failures, problems: ["'crm': gone"] },
  });
  expect(summaryReport(partly, KEYS).match(/gone/g)).toHaveLength(1);
});

test.each([
  ['see https://evil.example/x', 'see `https://evil.example/x`'],
  ["'http://h/?a=<b>'", "'`http://h/?a=`\\<b\\>'"],
  ['HTTPS://EVIL.example|x', '`HTTPS://EVIL.example`\\|x'],
  ['www.evil.example.', '`www.evil.example.`'],
  ['by me@evil.example, @team', 'by `me@evil.example,` `@team`'],
  ['fixes #12 and o/r#3 or GH-4', 'fixes `#12` and `o/r#3` or `GH-4`'],
  ['`www.x`', '\\``www.x`\\`'],
  ['a # b @ c: d', 'a \\# b \\@ c: d'],
  [`${'x'.repeat(100_000)}`, 'x'.repeat(100_000)],
])('what GitHub would link in %s is code', (text, markdown) => {
  expect(plain(text)).toBe(markdown);
});

test('a note is in the summary, escaped, with the expiry', () => {
  const text = summaryReport(backup('shop', { note: '<b> @you', expiresAt: '2026-04-01T00:00:00.000Z' }), KEYS);
  expect(text).toContain('| Note | \\<b\\> `@you` |\n| Expires | 2026-04-01 00:00 UTC, whatever the rules say |');
  expect(summaryReport(backup('shop'), KEYS)).not.toMatch(/Note|Expires/);
});

test('code holds what it can hold, a fence is longer than any inside, a shell word is one word', () => {
  expect(code('backup_1')).toBe('`backup_1`');
  expect(code('a`b')).toBe(plain('a`b'));
  expect(fenced('sh', 'echo ```` ')).toBe('`````sh\necho ```` \n`````\n');
  expect(shellWord("it's")).toBe("'it'\\''s'");
  expect(shellWord('a\nb')).toBe("$'a\\x0ab'");
});

test('server and databases are named, also of a command that failed', () => {
  const source = { server: 'db.example:5432', databases: ['shop', 'c*m'] };
  const failed = { command: 'backup' as const, exit: 2, error: { code: 'x', message: 'no' }, ...source };
  expect(summaryReport(failed, KEYS)).toContain("Server db.example:5432, databases 'shop', 'c\\*m'\n");
  expect(summaryReport({ ...backup('shop'), server: 'h:1', databases: ['shop'] }, KEYS)).toContain(
    "Server h:1, database 'shop'\n",
  );
});

test('a dry run says how much it would delete, a restore of some tables what it lacks', () => {
  const pruned = {
    ...{ name: 'shop', location: '/r', dryRun: true, deleted: [], freedBytes: 0, refusals: [], damaged: [] },
    backups: [
      { label: 'backup_2', action: 'keep', reasons: ['young'], storedBytes: 4096 },
      { label: 'backup_1', action: 'delete', reasons: ['old'], storedBytes: 2048 },
    ],
    leftOvers: [{ label: 'backup_0', action: 'delete', reason: 'no end', storedBytes: 1024 }],
  };
  expect(
    summaryReport(documentWith({ command: 'prune', exit: 0, result: { repositories: [pruned] } }), KEYS),
  ).toContain('shop in /r: 1 backup would be deleted, 3.0 KiB freed (dry run: nothing was touched)');
  const restored = { label: 'backup_1', database: 'new', tables: [], leftOut: ['left out: 1 foreign key'] };
  expect(summaryReport(documentWith({ command: 'restore', exit: 0, result: restored }), KEYS)).toContain(
    '- ⚠️ left out: 1 foreign key',
  );
});

test('a restored file: what of it was left out has its line', () => {
  const leftOut = [{ what: "CREATE DATABASE 'shop'", line: 7 }];
  const result = { source: '/old.sql.gz', database: 'copy', bytes: 10, durationMs: 1500, leftOut };
  const text = summaryReport(documentWith({ command: 'restore', exit: 0, result }), KEYS);
  expect(text).toContain('The file is now the database **copy** in 1.5 s.');
  expect(text).toContain("- ⚠️ CREATE DATABASE 'shop', line 7\n");
});

test('restored roles are counted; a restored backup says whether its origin was checked', () => {
  const globals = { source: '/all.sql', roles: ['a', 'b'], tablespaces: [], leftOut: 3, durationMs: 1 };
  expect(summaryReport(documentWith({ command: 'restore', exit: 0, result: globals }), KEYS)).toContain(
    '2 roles and 0 tablespaces made, 3 statements left out: about what exists, or drops.\n',
  );
  const result = {
    label: 'backup_1',
    database: 'new',
    tables: [],
    leftOut: [],
    durationMs: 1500,
    originChecked: false,
  };
  expect(summaryReport(documentWith({ command: 'restore', exit: 0, result }), KEYS)).toContain(
    'the database **new** in 1.5 s: integrity checked. No other',
  );
});

test('a restore of which a part is missing shows its database beside the error', () => {
  const result = {
    label: 'backup_1',
    database: 'new',
    tables: [],
    leftOut: ['left out: 1 foreign key'],
    durationMs: 1,
  };
  const error = { code: 'partly-done', message: 'one is missing' };
  const text = summaryReport(documentWith({ command: 'restore', exit: 4, error, result }), KEYS);
  expect(text).toContain('only partly done');
  expect(text).toContain('> **one is missing**');
  expect(text).toContain('is now the database **new**');
});

test('a restore that is not whole lists what it lacks, and why', () => {
  const result = {
    ...{ label: 'backup_1', database: 'new', durationMs: 1500, originChecked: true, passedOver: [], leftOut: [] },
    ...{ tables: [], assertions: [], notLoaded: [] },
    objects: [{ object: `VIEW ${NASTY}`, lack: 'missing', reason: NASTY, sqlState: '', statement: '' }],
  };
  const error = { code: 'restore-incomplete', message: 'all rows are there' };
  const text = summaryReport(documentWith({ command: 'restore', exit: 4, error, result }), KEYS);
  expect(text).toContain('## ⚠️ PostgreSQL restore: only partly done');
  expect(text).toContain('but not whole');
  expect(text).toMatch(/^\| Not restored \|/m);
  expect(text).not.toContain(NASTY);
});
