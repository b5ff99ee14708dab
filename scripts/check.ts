/**
 * `pnpm check`: every check that needs no server. All steps run; the output of failed ones is shown. `--no-tests`: a run
 * of all tests follows, with the unit tests among them.
 */
import { tryRun } from '@postgres-backuper/testing';

const UNIT_TESTS = 'unit tests';
const STEPS: readonly (readonly [string, readonly string[]])[] = [
  ['types', ['tsc', '--noEmit']],
  ['lint, format and direction of imports', ['biome', 'check', '--error-on-warnings', '.']],
  ['generated files', ['node', 'scripts/generate.ts', '--check']],
  [UNIT_TESTS, ['vitest', 'run', '--project', 'unit']],
];

const asked = process.argv.includes('--no-tests') ? STEPS.filter(([name]) => name !== UNIT_TESTS) : STEPS;
const results = await Promise.all(asked.map(([name, command]) => runStep(name, command)));
process.exitCode = results.every((passed) => passed) ? 0 : 1;

async function runStep(name: string, [file = '', ...args]: readonly string[]): Promise<boolean> {
  const begin = Date.now();
  const { status, stdout, stderr } = await tryRun(file, args, { cwd: `${import.meta.dirname}/..` });
  const seconds = ((Date.now() - begin) / 1000).toFixed(1);
  if (status === 0) console.log(`✓ ${name} (${seconds} s)`);
  else console.log(`${stdout}${stderr}\n✗ ${name}: ${[file, ...args].join(' ')} ended with ${status} (${seconds} s)`);
  return status === 0;
}
