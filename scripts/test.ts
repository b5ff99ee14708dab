/**
 * `pnpm test [WORD… | vitest arguments]`: provides every real part that the tests need, runs all tests (or the files
 * and tests with such a word) and ends with the time of each part and one line of counts. A part that is not available
 * is named and its tests are skipped; with REQUIRE_SERVICES=all that is a failure. With CI, a few files that failed are
 * run once more.
 */
import { glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, parts, tryRun } from '@postgres-backuper/testing';
import { buildBundle } from './bundle/bundle.ts';
import { countTests } from './test/counts.ts';
import { filesToRunAnew, mergeReports } from './test/run-anew.ts';
import { runVitest, type VitestRun } from './test/run-vitest.ts';
import { readWords, type TestFile } from './test/words.ts';

const root = join(import.meta.dirname, '..');
const mustHaveAll = process.env.REQUIRE_SERVICES === 'all';

const { args, isOfUnits } = readWords(process.argv.slice(2), await testFiles());
const folder = await mkdtemp(join(tmpdir(), 'test-run-'));
const lacking = isOfUnits ? [] : await provideParts();
const program = process.env.PGBACKUPER_PROGRAM || (isOfUnits ? '' : await buildProgram());
const seed = process.env.PGBACKUPER_SEED || String(Date.now() % 100_000);
const environment = { PGBACKUPER_MISSING: lacking.join(','), PGBACKUPER_PROGRAM: program, PGBACKUPER_SEED: seed };
const first = await runVitest(args, { root, folder, environment });
const { status, report } = process.env.CI ? await orAnew(first) : first;
const counts = countTests(report);
await rm(folder, { recursive: true });
const complaints = [
  ...(status === 0 ? [] : [`the test runner ended with ${status}`]),
  ...(counts.passed > 0 ? [] : ['no test passed']),
  ...(mustHaveAll && lacking.length > 0 ? [`REQUIRE_SERVICES=all, but without ${lacking.join(', ')}`] : []),
];
if (first.times !== '') console.log(first.times);
for (const complaint of complaints) console.log(`failed: ${complaint}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = complaints.length === 0 ? 0 : 1;

/** A second run of the files that failed, each alone and with new servers, with the same random numbers. */
async function orAnew(run: VitestRun): Promise<Pick<VitestRun, 'status' | 'report'>> {
  const files = filesToRunAnew(run.notes);
  if (run.status === 0 || files.length === 0) return run;
  console.log(`failed, and run once more, alone: ${files.join(', ')}`);
  const again = await mkdtemp(join(folder, 'again-'));
  const args = ['--project', 'services', '--no-file-parallelism', '--retry', '0', ...files];
  const second = await runVitest(args, { root, folder: again, environment });
  const tests = run.notes.failed.flatMap(({ path, tests }) => (tests.length === 0 ? [path] : tests));
  if (second.status === 0) for (const one of tests) console.log(`unsteady: failed at first, passed alone: ${one}`);
  return { status: second.status, report: mergeReports(run.report, second.report) };
}

async function testFiles(): Promise<readonly TestFile[]> {
  const files: TestFile[] = [];
  for await (const path of glob('{packages/*/src,scripts,bench,test}/**/*.test.ts', { cwd: root }))
    files.push({ path, text: await readFile(join(root, path), 'utf8') });
  return files;
}

async function provideParts(): Promise<string[]> {
  const system = await tryRun(join(root, 'scripts/system-packages'), []);
  process.stdout.write(system.stdout);
  const missing: string[] = [];
  for (const part of parts()) if (!(await providePart(part))) missing.push(part.name);
  return missing;
}

async function providePart(part: Part): Promise<boolean> {
  const waiting = setTimeout(() => console.log(`  fetching ${part.name} …`), 3000);
  try {
    console.log(`✓ ${part.name}: ${await part.provide()}`);
    return true;
  } catch (error) {
    console.log(`✗ ${part.name}: skipped, because ${error instanceof Error ? error.message.trim() : String(error)}`);
    return false;
  } finally {
    clearTimeout(waiting);
  }
}

/** A thousand command lines run: the bundle starts three times as fast as its sources, and its compiled code is kept. */
async function buildProgram(): Promise<string> {
  await buildBundle(root, join(folder, 'bundle'));
  const program = join(folder, 'postgres-backuper.cjs');
  const code = JSON.stringify(join(folder, 'code'));
  await writeFile(
    program,
    `require('node:module').enableCompileCache(${code});\nrequire('./bundle/postgres-backuper.cjs');\n`,
  );
  return program;
}
