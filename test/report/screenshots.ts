/** `node test/report/screenshots.ts`: the pictures of docs/report.md, from the sample repository of the tests. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Look, startBrowser } from '@postgres-backuper/testing';
import { writeSampleRepository } from './sample-repository.ts';

const root = join(import.meta.dirname, '../..');
const LOOKS: Readonly<Record<string, Look & { readonly from?: string }>> = {
  light: { colours: 'light', width: 1160, height: 1000 },
  dark: { colours: 'dark', width: 1160, height: 800, from: 'analytics' },
  narrow: { colours: 'light', width: 390, height: 900, from: 'crm' },
};

const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const browser = await startBrowser();
try {
  await writeSampleRepository(join(folder, 'backups'), { now: Date.now(), hostile: false });
  const words = ['report', '--repository', 'backups', '--output', 'report.html', '--keep-days', '90'];
  execFileSync(process.execPath, [join(root, 'packages/cli/src/main.ts'), ...words], { cwd: folder, stdio: 'inherit' });
  const page = join(folder, 'report.html');
  await writeFile(page, (await readFile(page, 'utf8')).replaceAll(join(folder, 'backups'), '/var/backups/postgres'));
  for (const [name, look] of Object.entries(LOOKS)) {
    await browser.open(page, look, async (shown) => {
      if (look.from !== undefined) await shown.evaluate(scrollTo(look.from));
      await shown.screenshot({ path: join(root, `docs/report-${name}.png`) });
    });
  }
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

function scrollTo(name: string): string {
  const section = `[...document.querySelectorAll('h2')].find((one) => one.textContent === '${name}').closest('section')`;
  return `scrollTo(0, ${section}.offsetTop - 12)`;
}
