import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunEnd, tryRun } from '@postgres-backuper/testing';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const built = join(root, '.tmp/site/.vitepress/dist');
let end: RunEnd;

beforeAll(async () => {
  end = await tryRun(process.execPath, ['scripts/docs.ts', 'build'], { cwd: root });
});

test('the site is built, and each page links to every other one', async () => {
  expect(end.status, `${end.stdout}${end.stderr}`).toBe(0);
  const { sidebar } = JSON.parse(await readFile(join(built, '../site.json'), 'utf8'));
  const links = (sidebar as { items: { link: string }[] }[]).flatMap(({ items }) => items.map(({ link }) => link));
  expect(links.length).toBeGreaterThan(40);
  for (const page of ['index.html', 'restore.html', 'hosts/github/index.html']) {
    const html = await readFile(join(built, page), 'utf8');
    for (const link of links)
      expect(html, page).toContain(`href="${link.endsWith('/') || link === '/' ? link : `${link}.html`}"`);
  }
});

test('its headings have the anchors that the pages name, and templates are text', async () => {
  const html = await readFile(join(built, 'hosts/github/index.html'), 'utf8');
  expect(html).toContain('id="amazon-without-a-stored-key"');
  expect(html).toContain('${'.concat('{ matrix.db }}'));
});

test('it loads nothing from elsewhere: scripts, styles, fonts, images, the index of the search', async () => {
  const found: string[] = [];
  for await (const path of glob('**/*.{html,css}', { cwd: built })) {
    const text = await readFile(join(built, path), 'utf8');
    const loads =
      /<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^"]*"|url\(["']?(?:https?:)?\/\/[^)]*\)|@import[^;]*/g;
    found.push(...[...text.matchAll(loads)].map(([one]) => `${path}: ${one}`));
  }
  expect(found).toEqual([]);
  const chunks = await readdir(join(built, 'assets/chunks'));
  expect(chunks.filter((name) => name.startsWith('@localSearchIndexroot.'))).toHaveLength(1);
});
