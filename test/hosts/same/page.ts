import { HOST_NAMES, type HostName } from '@postgres-backuper/hosts';
import { hostFiles } from '../../../scripts/host-files.ts';
import { CASES, type Case } from './cases.ts';
import { HOSTS } from './hosts.ts';
import type { CliEnd } from './job.ts';

const PAGES = (await hostFiles()).map(({ name, readme }) => `[${HOSTS[name].title}](${readme.page})`);
const FILES = Object.values(HOSTS).flatMap(({ file = [] }) => file);

const HEAD = `# On CI systems

${PAGES.join(' · ')}

A command behaves the same wherever it runs; only the way in which it is shown differs. It knows the CI system by its
variables; \`--ci\` (or \`BACKUP_CI\`) names one, and \`--ci none\` is the plain command. What it prints and the names of
databases and tables in it are never taken for commands of the CI system. Errors and hints name an option as it is
written there: \`--into\`, the input \`into\`, the field *New database*, the argument \`into\`; what was given is named by the
place that gave it.

The tables below are written by a test that runs each case on each of them, by the file that users copy:
${FILES.join(', ')}.
They say what is shown in the log or on the page of the job, the exit status that it gets, and what later steps can use
("document": the JSON of \`--result-file\`). \`<label>\` and \`…\` stand for what is different each time. Exit statuses: [exit-status.md](../exit-status.md).

The document and every report name the server (\`host:port\`) and the databases that a command connects to. With
\`--metrics-file\` also a command that failed says when the newest good backup of each name was begun
(\`postgres_backup_last_success_timestamp_seconds\`, where the repository can be read within 20 seconds, and not after a
cancel): alert on its age ([monitoring.md](../monitoring.md)). \`status\` without a name watches every name in the repository.
`;

/** The page of all cases on all hosts. */
export function page(ends: ReadonlyMap<string, CliEnd>, folder: string): string {
  const sections = CASES.map((one) => {
    const rows = HOST_NAMES.map((host) => row(host, ends.get(keyOf(one, host)) as CliEnd));
    const table = ['| | shows | exit status | outputs |', '|---|---|---|---|', ...rows].join('\n');
    return `\n## ${one.title}\n\n${one.about}\n\n${table}\n`;
  });
  return settled(`${HEAD}${sections.join('')}`, folder);
}

export function keyOf({ title }: Case, host: HostName): string {
  return `${title} ${host}`;
}

function row(host: HostName, end: CliEnd): string {
  const { title, read, stop } = HOSTS[host];
  const { shows, outputs } = read(end);
  const cells = [title, listed(shows), end.status === null ? `killed (${stop})` : String(end.status), listed(outputs)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function listed(texts: readonly string[]): string {
  return [...new Set(texts)].join('<br>') || '–';
}

/** Without what is different each time: labels, folders, sizes, times. */
function settled(text: string, folder: string): string {
  return text
    .replaceAll(new RegExp(`${folder}/(?:good|damaged|new-\\w+)`, 'g'), '/backups')
    .replaceAll(/\b[\w-]*_\d{8}_\d{6}_[0-9a-f]+\b/g, '<label>')
    .replaceAll(/\b\d+(?:[.,]\d+)* (?:B|KiB|MiB|ms|s)\b/g, '…')
    .replaceAll(/(?<=\bport )\d+\b/g, '5432')
    .replaceAll(/(?<=\b127\.0\.0\.1:)\d+\b/g, '5432')
    .replaceAll(/(?<=segment-)\d{8}\b/g, '00000000')
    .replaceAll(/\b\d+ bytes instead of \d+\b/g, '… bytes instead of …')
    .replaceAll(/(?<=it holds data of )'.*?(?=`|\. make a new)/g, '…');
}
