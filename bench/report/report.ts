import { GROUPS } from '../cases/groups.ts';
import { caseTable } from './case-table.ts';
import type { Results, Section } from './results.ts';
import { spreadOf } from './summary.ts';
import { targetTable } from './target-table.ts';

/** The whole report, as Markdown; nothing in it comes from anywhere but the results. */
export function renderReport(results: Results): string {
  return `${[HEAD, '## Asked and measured', targetTable(results), ...results.sections.map(sectionText)].join('\n\n')}\n`;
}

const HEAD = `# Results of the benchmark

Written by \`npx --yes pnpm@12 bench\`; do not edit. Each table comes from one run on one machine, its cases in turn
(A B C A B C). Every figure is a median, with the smallest and the largest value where a spread is shown.

- **wall**: from the start of the command to its end.
- **CPU**: seconds of the *client* (the command and everything that it started), of the database *server* and of the
  *storage* server (MinIO), and their sum. On a busy machine they are steadier than the wall time.
- **memory**: of all processes of the command at once (what they share counts for each) and of its largest process.
- **temp**: files in the temporary folder at once; an unencrypted dump on the disk counts too.
- **stored**: bytes of what was stored, as a share of the COPY text.
- **×**: against the reference that the section names.`;

function sectionText(section: Section): string {
  const group = GROUPS.find(({ name }) => name === section.group);
  if (group === undefined) return `## ${section.id}\n\nThis group is not known any more.`;
  const size =
    section.rawBytes > 0
      ? `, ${(section.rawBytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB of COPY text`
      : '';
  return [
    `## ${group.title}${size}`,
    group.text.replaceAll('\n', ' '),
    caseTable(section, group),
    disturbance(section),
    notes(section),
    `Repeat it: \`${section.command}\``,
    `<details><summary>Machine, versions, commands</summary>\n\n${details(section)}\n\n</details>`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** Above it the machine was not the bench's own, percent. */
const DISTURBED = 25;

/** How far the walls can be trusted. */
function disturbance({ runs, machine }: Section): string {
  const shares = runs.flatMap(({ figures }) =>
    figures?.othersS === undefined ? [] : [(100 * figures.othersS) / (figures.wallS * machine.cores)],
  );
  if (shares.length === 0) return '';
  const { median, max } = spreadOf(shares);
  const took = `Everything else on the machine took ${median.toFixed(0)} % of its CPU in the median run, ${max.toFixed(0)} % in the worst.`;
  if (median <= DISTURBED) return took;
  return `${took} **Wall times of this section say nothing**, and what is held until the CPU is free counts as memory.`;
}

function notes(section: Section): string {
  const cases = GROUPS.flatMap((group) => group.cases);
  const names = [...new Set(section.runs.map((run) => run.case))];
  return cases
    .filter(({ name, note }) => names.includes(name) && note !== undefined)
    .map(({ title, note }) => `- ${title}: ${note}.`)
    .join('\n');
}

function details(section: Section): string {
  const { machine, versions, rounds, madeOn } = section;
  const scripts = GROUPS.flatMap((group) => group.cases)
    .filter(({ name }) => section.runs.some((run) => run.case === name))
    .map(({ name, run }) => `# ${name}\n${run}`);
  return [
    `- ${madeOn.slice(0, 10)}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}`,
    ...Object.entries(versions).map(([name, version]) => `- ${name}: ${version}`),
    '',
    '```bash',
    scripts.join('\n\n'),
    '```',
  ].join('\n');
}
