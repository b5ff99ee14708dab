import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessibilityProblems, type Browser, isMissing, startBrowser } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliEnd, runCli } from '../cli/run-cli.ts';
import { HOSTILE_NAME, writeSampleRepository } from './sample-repository.ts';

let folder: string;
let page: string;
let end: CliEnd;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
  page = join(folder, 'report.html');
  const repository = join(folder, 'repository');
  await writeSampleRepository(repository, { now: Date.now(), hostile: true });
  end = await runCli(['report', '--repository', repository, '--output', page, '--keep-days', '90'], { HOME: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('names on the terminal what needs a look, and where the page is', () => {
  expect(end.stderr).toBe('');
  expect(end.status).toBe(0);
  expect(end.stdout).toMatch(
    /^✗ .*\n✗ 'billing' .*: the newest good backup is 4 d .* old, more than 26 h 00 min\n! 'analytics' .*\n! 'crm' .*; only 2\.\d GiB of data, .*\n2 names good, 4 to look at: .*report\.html/,
  );
});

it('is one small file', async () => {
  const text = await readFile(page, 'utf8');
  expect(text.length).toBeLessThan(200_000);
  expect(text).not.toMatch(/<script|https?:/);
});

describe.skipIf(isMissing('chromium'))('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it.each([
    { colours: 'light', width: 1280, height: 900 },
    { colours: 'dark', width: 1280, height: 900 },
    { colours: 'light', width: 360, height: 740 },
  ] as const)('has no error, no request, no problem of accessibility and no sideways scrolling: %j', async (look) => {
    await browser.open(page, look, async (shown, complaints) => {
      await shown.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      expect(await accessibilityProblems(shown)).toEqual([]);
      expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(look.width);
      expect(complaints).toEqual([]);
    });
  });

  it('leads from the overview to a name with the keyboard alone, and shows every plot as a table', async () => {
    await browser.open(page, { colours: 'light', width: 1280, height: 900 }, async (shown) => {
      const link = shown.getByRole('link', { name: 'shop' });
      await link.focus();
      await shown.keyboard.press('Enter');
      const section = shown.getByRole('region', { name: 'shop', exact: true });
      expect(await section.getByText('Newest good backup').isVisible()).toBe(true);
      expect(await section.getByRole('img').count()).toBe(4);
      await section.getByText('97 backups: figures').click();
      expect(await section.getByRole('table', { name: 'Backups of shop' }).getByRole('row').count()).toBe(98);
    });
  });

  it('shows a hostile name as its text', async () => {
    await browser.open(page, { colours: 'light', width: 1280, height: 900 }, async (shown) => {
      expect(await shown.getByRole('heading', { name: HOSTILE_NAME }).textContent()).toBe(HOSTILE_NAME);
      expect(await shown.locator('b, [onload]').count()).toBe(0);
    });
  });

  it('lets no script run, not even one that was smuggled in', async () => {
    const smuggled = join(folder, 'smuggled.html');
    const text = await readFile(page, 'utf8');
    await writeFile(
      smuggled,
      text.replace('<main>', '<main><script>document.title="ran"</script><img src=x onerror="document.title=1">'),
    );
    await browser.open(smuggled, { colours: 'light', width: 800, height: 600 }, async (shown, complaints) => {
      expect(await shown.title()).toBe('PostgreSQL backups: 4 of 6 names to look at');
      expect(complaints.join('\n')).toContain('Content Security Policy');
    });
  });
});
