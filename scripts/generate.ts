import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitStatusPage } from '../packages/cli/src/exit-status-page.ts';
import { manPage } from '../packages/cli/src/man-page.ts';
import { metricsPage } from '../packages/cli/src/metrics-page.ts';
import { optionsPage } from '../packages/cli/src/options-page.ts';
import { hostFiles } from './host-files.ts';
import { withPolicies } from './iam-page.ts';
import { withHostRows } from './readme-hosts.ts';
import { withRoleSql } from './role-page.ts';
import { schemaFiles } from './schemas.ts';

// `node scripts/generate.ts` writes the files that come from tables in the sources; `--check` fails when one differs.
const root = join(import.meta.dirname, '..');
const hosts = await hostFiles();
const files: Readonly<Record<string, string>> = {
  'README.md': withHostRows(await readFile(join(root, 'README.md'), 'utf8'), 'en', hosts),
  'README.ru.md': withHostRows(await readFile(join(root, 'README.ru.md'), 'utf8'), 'ru', hosts),
  'docs/options.md': optionsPage(),
  'docs/exit-status.md': exitStatusPage(),
  'docs/metrics.md': metricsPage(),
  'docs/minimal-role.md': withRoleSql(await readFile(join(root, 'docs/minimal-role.md'), 'utf8')),
  'docs/iam.md': withPolicies(await readFile(join(root, 'docs/iam.md'), 'utf8')),
  'packages/cli/man/postgres-backuper.1': manPage(),
  ...schemaFiles(),
  ...Object.assign({}, ...hosts.map(({ ofTables }) => ofTables?.())),
};

for (const [path, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  } else if ((await readFile(join(root, path), 'utf8').catch(() => '')) !== text) {
    console.error(`${path} is not what the sources give: run 'pnpm generate'`);
    process.exitCode = 1;
  }
}
