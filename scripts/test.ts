/**
 * `pnpm test [vitest arguments]`: provides every real part that the tests need, runs all tests and ends with one line
 * of counts. A part that cannot be had is named and its tests are skipped; with REQUIRE_SERVICES=all that is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, parts, tryRun } from '@postgres-backuper/testing';
import { countTests, type TestCounts, type TestReport } from './test-report.ts';

const root = join(import.meta.dirname, '..');
const mustHaveAll = process.env.REQUIRE_SERVICES === 'all';

const lacking = await provideParts();
const { status, counts } = await runVitest(process.argv.slice(2), lacking);
const complaints = [
  ...(status === 0 ? [] : [`the test runner ended with ${status}`]),
  ...(counts.passed > 0 ? [] : ['no test passed']),
  ...(mustHaveAll && lacking.length > 0 ? [`REQUIRE_SERVICES=all, but without ${lacking.join(', ')}`] : []),
];
for (const complaint of complaints) console.log(`failed: ${complaint}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = complaints.length === 0 ? 0 : 1;

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

async function runVitest(
  args: readonly string[],
  missing: readonly string[],
): Promise<{ status: number; counts: TestCounts }> {
  const folder = await mkdtemp(join(tmpdir(), 'test-report-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const env = { ...process.env, PGBACKUPER_MISSING: missing.join(',') };
  const child = spawn('vitest', ['run', ...reporters, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const status = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const report = await readFile(file, 'utf8').catch(() => '{"testResults":[]}');
  await rm(folder, { recursive: true });
  return { status, counts: countTests(JSON.parse(report) as TestReport) };
}
