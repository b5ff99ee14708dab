import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Repository, withSiteLinks } from './links.ts';
import { groupsOf, sitePath } from './pages.ts';

const SOURCES = [
  'README.md',
  'README.ru.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'bench/*.md',
  'docs/**/*.md',
];

/**
 * Writes the sources of the site into `folder`, which is made anew: each page with links that fit the site, the images
 * that the pages show, and the configuration. Throws where a link leads nowhere or a page is in no group.
 */
export async function writeSite(root: string, folder: string, repository = 'OWNER/postgres-backuper'): Promise<void> {
  const pages = await readPages(root);
  const files = await filesOf(root);
  const known: Repository = {
    pages,
    has: (path) => files.has(path),
    url: `https://github.com/${repository}/blob/main`,
  };
  await rm(folder, { recursive: true, force: true });
  const images = new Set<string>();
  for (const page of pages.keys()) {
    const { text, images: shown } = withSiteLinks(page, known);
    for (const image of shown) images.add(image);
    await write(join(folder, `${fileOf(page)}.md`), text);
  }
  for (const image of images) await cp(join(root, image), join(folder, 'public', image));
  const sidebar = groupsOf([...pages.keys()]).map((group) => ({
    text: group.title,
    collapsed: group.pages.length > 8,
    items: group.pages.map((page) => ({ text: titleOf(page, pages.get(page) ?? ''), link: sitePath(page) })),
  }));
  const nav = ['docs/options.md', 'docs/restore.md', 'docs/hosts/README.md'].map((page) => ({
    text: titleOf(page, pages.get(page) ?? ''),
    link: sitePath(page),
  }));
  await write(join(folder, '.vitepress/site.json'), JSON.stringify({ sidebar, nav, repository }));
  for (const name of ['config.mjs', 'slug.ts'])
    await cp(join(import.meta.dirname, name), join(folder, '.vitepress', name));
}

async function readPages(root: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for await (const path of glob(SOURCES, { cwd: root })) pages.set(path, await readFile(join(root, path), 'utf8'));
  return pages;
}

/** Every file and folder that a page may name. */
async function filesOf(root: string): Promise<ReadonlySet<string>> {
  const files = new Set<string>();
  const exclude = (path: string) => /(^|\/)(node_modules|\.git|\.tmp)$/.test(path);
  for await (const path of glob(['**', '.github/**', '.gitlab-ci.yml', '.teamcity/**'], { cwd: root, exclude }))
    files.add(path);
  return files;
}

function titleOf(page: string, text: string): string {
  if (page === 'README.ru.md') return 'По-русски';
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? page;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** The pages that the built site lacks, or shows without their text, which VitePress reports but does not fail on. */
export async function lackingPages(root: string, built: string): Promise<readonly string[]> {
  const pages = [...(await readPages(root)).keys()];
  const texts = pages.map(async (page) => {
    const html = await readFile(join(built, `${fileOf(page)}.html`), 'utf8').catch(() => '');
    return html.includes('<h1 ') ? [] : [page];
  });
  return (await Promise.all(texts)).flat();
}

function fileOf(page: string): string {
  return sitePath(page).replace(/\/$/, '/index');
}
