/** `pnpm bench`: measures ours beside other programs and writes bench/RESULTS.md. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type BenchArguments, commandOf, HELP, parseBenchArguments } from './arguments.ts';
import type { Group } from './cases/case.ts';
import { GROUPS, selectGroups } from './cases/groups.ts';
import { renderReport } from './report/report.ts';
import { mergeResults, type Results, type Section } from './report/results.ts';
import { type Alone, createAlone } from './run/alone.ts';
import { runGroup } from './run/run-group.ts';
import { openStage, type Stage } from './stage/stage.ts';

const ROOT = join(import.meta.dirname, '..');

try {
  await main(parseBenchArguments(process.argv.slice(2)));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(asked: BenchArguments): Promise<void> {
  if (asked.wants === 'help') return console.log(HELP.trimEnd());
  if (asked.wants === 'list') return console.log(listOf(GROUPS));
  const file = resolve(ROOT, asked.output);
  if (asked.wants === 'report') return writeReport(file, []);
  const groups = selectGroups(asked.cases);
  const program = join(ROOT, asked.fromSources ? 'packages/cli/src/main.ts' : 'dist/postgres-backuper.cjs');
  const peers = [...new Set(groups.flatMap(({ cases }) => cases.flatMap(({ needs = [] }) => needs)))];
  const stage = await openStage({ program, peers });
  const alone = createAlone(asked.aloneWith);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stage.stop().finally(() => process.exit(1)));
  }
  try {
    for (const group of groups) await writeReport(file, [await measureGroup(group, { asked, stage, program, alone })]);
  } finally {
    await alone.end();
    await stage.stop();
  }
}

async function measureGroup(
  group: Group,
  { asked, ...services }: { asked: BenchArguments; stage: Stage; program: string; alone: Alone },
): Promise<Section> {
  const megabytes = group.database.kind === 'rows' ? (group.database.megabytes ?? asked.megabytes) : 0;
  const whole = GROUPS.find(({ name }) => name === group.name)?.cases.length === group.cases.length;
  const cases = whole ? [group.name] : group.cases.map(({ name }) => name);
  const id = [group.name, ...(megabytes > 0 ? [`${megabytes}MB`] : []), ...(whole ? [] : cases)].join(' ');
  const { rounds } = asked;
  return runGroup(group, {
    ...services,
    megabytes: asked.megabytes,
    rounds,
    id,
    command: commandOf({ megabytes: asked.megabytes, cases, rounds }),
    say: (line) => console.log(line),
  });
}

/** After each group, so that a run that is stopped keeps what it measured. */
async function writeReport(file: string, sections: readonly Section[]): Promise<void> {
  const json = file.replace(/\.md$/, '.json');
  const before = JSON.parse(await readFile(json, 'utf8').catch(() => '{"sections":[]}')) as Results;
  const results = mergeResults(before, sections);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(json, `${JSON.stringify(results, undefined, 1)}\n`);
  await writeFile(file, renderReport(results));
  console.log(`written: ${file}`);
}

function listOf(groups: readonly Group[]): string {
  return groups
    .flatMap(({ name, title, isLong, cases }) => [
      `${name}: ${title}${isLong ? ' (long: only when named)' : ''}`,
      ...cases.map((each) => `  ${each.name.padEnd(20)} ${each.title}`),
    ])
    .join('\n');
}
