/**
 * `pnpm docs:build [--repository OWNER/NAME]`: the pages as a site, into `.tmp/site/.vitepress/dist`, for any server of
 * files. Its search and its fonts are in it: it loads nothing from elsewhere. A link that leads nowhere fails.
 * `pnpm docs:dev` shows it while pages change: run it again after a change.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lackingPages, writeSite } from './docs/site.ts';

const root = join(import.meta.dirname, '..');
const site = join(root, '.tmp/site');
const { values, positionals } = parseArgs({ options: { repository: { type: 'string' } }, allowPositionals: true });
const [act = 'build'] = positionals;
try {
  await writeSite(root, site, values.repository);
  const status = await vitepress(act);
  const lacking = act === 'build' && status === 0 ? await lackingPages(root, join(site, '.vitepress/dist')) : [];
  if (lacking.length > 0) throw new Error(`pages without their text: ${lacking.join(', ')}`);
  process.exitCode = status;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function vitepress(command: string): Promise<number> {
  const child = spawn(join(root, 'node_modules/.bin/vitepress'), [command, site], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
}
