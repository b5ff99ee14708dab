import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { NOW, sampleBackup, sampleName, sampleReport } from '../samples.test-data.ts';
import { pageOf } from './page.ts';
import { relativePath } from './plot.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'); alert(1); ('",
  '</style><b>',
  '\u202eevil',
];

test.each(HOSTILE)('a name, label, problem or place %j stays a text', (text) => {
  const backup = sampleBackup(0, { label: text, retention: { action: 'keep', reasons: [text], until: undefined } });
  const leftOver = {
    label: text,
    objects: 1,
    storedBytes: 1,
    action: 'keep',
    reason: text,
    newestAt: 0,
    problem: text,
  };
  const name = sampleName(text, {
    ...{ location: text, warnings: [text], state: 'warning', backups: [sampleBackup(4), backup] },
    damaged: [{ label: text, startedAt: NOW, problem: text }],
    leftOvers: [leftOver as never],
    tables: { newest: [{ schema: text, table: text, rows: 1, bytes: 1 }], before: [] },
  });
  const forecast = { usedBytes: 1, freeBytes: 1, totalBytes: 2, points: [], fullAt: undefined };
  const page = pageOf({
    ...sampleReport([]),
    repositories: [{ location: text, names: [name], forecast }],
    problems: [text],
  });
  expect(page).not.toMatch(/<(script|img|b)[\s>]|\u202e/);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  expect(page).not.toMatch(/ on\w+=(?!alert)[^&]*>/);
});

test('the page has no script, no reference to elsewhere, and a policy that allows its own style alone', () => {
  const page = pageOf(sampleReport([sampleName('shop')]));
  expect(page).not.toMatch(/<script|https?:|url\(|@import|<link|<iframe|<img| style=/);
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  expect(page.replaceAll('&#39;', "'")).toContain(`<meta http-equiv="Content-Security-Policy" content="${policy}">`);
});

test('the same report gives the same bytes', () => {
  const page = () => pageOf(sampleReport([sampleName('shop'), sampleName('crm')]));
  expect(page()).toBe(page());
});

test('bad names come first, and a backup without a good one has no command', () => {
  const names = [
    sampleName('a-good'),
    sampleName('b-warned', { state: 'warning', warnings: ['smaller'] }),
    sampleName('c-none', { state: 'none', newest: undefined, backups: [] }),
  ];
  const page = pageOf({ ...sampleReport(names), restoreCommand: ({ newest }) => newest?.label });
  const order = [...page.matchAll(/<h2 id="n\d-name">([^<]+)/g)].map(([, name]) => name);
  expect(order).toEqual(['c-none', 'b-warned', 'a-good']);
  expect(page).toContain('<title>PostgreSQL backups: 2 of 3 names to look at</title>');
  expect(page.match(/To restore it/g)).toHaveLength(2);
});

test('a repository with sets says of each backup on what it stands', () => {
  const [full, differential] = [sampleBackup(4), sampleBackup(0, { parent: sampleBackup(4).label })];
  const backups = [
    sampleBackup(8),
    { ...full, retention: { action: 'keep', reasons: ['kept for 1 differential'], until: undefined } as const },
    differential,
  ];
  const damaged = [{ label: 'backup_x', startedAt: NOW, problem: 'no hash' }];
  const page = pageOf(sampleReport([sampleName('shop', { backups, damaged })]));
  expect(page).toContain(`<td>differential of ${full.label}<`);
  expect(page).toContain('<td>kept for 1 differential');
  expect(page).toMatch(/ stored \(\d+ % of its full\)/);
  expect(page).not.toMatch(/ stored \([\d.]+ : 1\)/);
  const cells = Array.from(page.matchAll(/<tr><td>backup_\w+(<td>[^<]*)+/g), ([row]) => row.match(/<td>/g)?.length);
  expect(cells).toEqual([8, 8, 8, 8]);
  expect(page).toContain('of fulls of shop over time; newest: 4.2 : 1');
  expect(pageOf(sampleReport([sampleName('shop', { backups: [full] })]))).not.toContain('Type');
});

test('a line is drawn by steps from its first place', () => {
  const places = [
    [58, 43],
    [67, 40],
    [67, 49],
    [70, 49],
  ] as const;
  expect(relativePath(places)).toBe('m58,43 9-3 0,9 3,0');
  expect(relativePath([])).toBe('');
});

test('5,000 backups over 50 names are less than 1 MB, made in less than 3 s of CPU', () => {
  const names = Array.from({ length: 50 }, (_, index) => sampleName(`database-${String(index).padStart(3, '0')}`));
  const before = process.cpuUsage();
  const page = pageOf(sampleReport(names));
  const { user, system } = process.cpuUsage(before);
  expect(page.match(/<td>backup_\d{8}_/g)?.length).toBeGreaterThanOrEqual(5000);
  expect(Buffer.byteLength(page)).toBeLessThan(945_000); // room for more columns below the promised 1 MB
  expect((user + system) / 1000).toBeLessThan(3000);
});
