import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSiteLinks } from './links.ts';
import { groupsOf, sitePath } from './pages.ts';
import { writeSite } from './site.ts';
import { anchorsOf } from './slug.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('every link of every page leads somewhere, and every page is in the sidebar, so one click away', async () => {
  await writeSite(join(import.meta.dirname, '../..'), join(folder, 'site'));
  const { sidebar } = JSON.parse(await readFile(join(folder, 'site/.vitepress/site.json'), 'utf8'));
  type Group = { readonly text: string; readonly items: readonly { readonly text: string; readonly link: string }[] };
  const items = (sidebar as readonly Group[]).flatMap((group) => group.items);
  expect(new Set(items.map(({ link }) => link)).size).toBe(items.length);
  expect(items).toContainEqual({ text: 'Restore', link: '/restore' });
});

function site(pages: Readonly<Record<string, string>>, page: string) {
  const has = (path: string) => ['action.yml', 'docs/a.png', 'packages'].includes(path);
  return withSiteLinks(page, { pages: new Map(Object.entries(pages)), has, url: 'https://code.example' });
}

test('links fit the site: pages, headings, images, and files that only the repository shows', () => {
  const pages = {
    'README.md':
      '[h](docs/hosts) [x](docs/x.md#what-it-is) [f](action.yml) [a](https://a.example) ![i](docs/a.png) [![i](docs/a.png)](docs/x.md)',
    'docs/x.md':
      '# X\n\n## What it is?\n\n[up](../README.md) [here](#what-it-is) [p](../packages) `[no](link.md)`\n\n```\n[no](link.md)\n```\n',
    'docs/hosts/README.md': '# Hosts\n',
  };
  expect(site(pages, 'README.md')).toEqual({
    text: '[h](/hosts/) [x](/x#what-it-is) [f](https://code.example/action.yml) [a](https://a.example) ![i](/docs/a.png) [![i](/docs/a.png)](/x)',
    images: ['docs/a.png'],
  });
  expect(site(pages, 'docs/x.md').text).toBe(
    '# X\n\n## What it is?\n\n[up](/) [here](/x#what-it-is) [p](https://code.example/packages) `[no](link.md)`\n\n```\n[no](link.md)\n```\n',
  );
});

test('a page, a file or a heading that is not there is named', () => {
  const text = '# A\n[a](b.md) [b](#b) [c](../c.ts) [d](a.md#a)\n';
  expect(() => site({ 'docs/a.md': text }, 'docs/a.md')).toThrow('docs/a.md: dead links: b.md, #b, ../c.ts');
});

test('anchors are those of GitHub', () => {
  const text = '# `a.b`, or *C*: d?\n## One\n## One\n```\n# no heading\n```\n### [Link](x.md) & more\n';
  expect([...anchorsOf(text)]).toEqual(['ab-or-c-d', 'one', 'one-1', 'link--more']);
});

test('a page that no group takes by name is in the rest of its folder; one elsewhere is refused', () => {
  const groups = groupsOf(['README.md', 'docs/decisions/x.md', 'docs/new.md', 'docs/restore.md']);
  expect(groups.map(({ title, pages }) => [title, ...pages])).toEqual([
    ['Start', 'README.md'],
    ['Restore', 'docs/restore.md'],
    ['Inside', 'docs/decisions/x.md'],
    ['More', 'docs/new.md'],
  ]);
  expect(() => groupsOf(['elsewhere/x.md'])).toThrow('elsewhere/x.md');
  expect(['README.md', 'docs/hosts/README.md', 'docs/a.md', 'bench/README.md'].map(sitePath)).toEqual([
    ...['/', '/hosts/', '/a', '/bench/'],
  ]);
});
