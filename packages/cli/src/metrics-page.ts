import { METRICS } from '@postgres-backuper/hosts';

const HEADER = `# Metrics

Generated from the table in packages/hosts/src/metrics; do not edit. How to get and use them: [monitoring.md](monitoring.md).

\`backup\`, \`restore\`, \`verify\`, \`prune\` and \`status\` give metrics in the format of Prometheus. All are gauges. Each name
begins with \`postgres_backup_\`; sizes are bytes, durations seconds, timestamps seconds since 1970. What is not known is absent,
never 0: a repository that could not be read within 20 seconds after the command has no metrics, and after a cancel none is read.
`;

const SECTIONS = {
  run: 'What one run did. `command` is the command, `name` that of the backups, which is the database unless `--name` gives another.',
  name: 'What a repository holds of each name after the command, also after one that failed. `location` is the repository.',
  repository: 'A repository as a whole.',
} as const;

/** The reference page docs/metrics.md. */
export function metricsPage(): string {
  const sections = Object.entries(SECTIONS).map(([subject, about]) => {
    const rows = METRICS.filter((metric) => metric.subject === subject).map(
      ({ name, labels, help }) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    );
    return `\n${about}\n\n| metric | labels | |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `${HEADER}${sections.join('')}`;
}
