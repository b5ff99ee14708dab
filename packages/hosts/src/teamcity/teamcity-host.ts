import { existsSync } from 'node:fs';
import type { Event } from '@postgres-backuper/base';
import { createGroups } from '../groups.ts';
import type { CommandDocument, CommandEnd, Host, HostServices } from '../host.ts';
import { createLog } from '../log.ts';
import { toldBy } from '../results.ts';
import { successOfSkipped } from '../skipped.ts';
import { buildProblems } from './build-problems.ts';
import { oneLine, plainLines, serviceMessage, statisticValue } from './service-message.ts';
import { statistics } from './statistics.ts';
import { statusText } from './status-text.ts';
import { verifiedTests } from './verified-tests.ts';

/** Time between two progress texts, milliseconds: TeamCity considers a silent build hanging. */
const PROGRESS_MS = 10_000;

/** Variables of the options that name files to publish as artifacts. */
const REPORTS = ['RESULT_FILE', 'SUMMARY_FILE', 'METRICS_FILE', 'DOTENV_FILE'] as const;

/** Shows a command in TeamCity by service messages; everything else it prints is a plain line. */
export function createTeamCityHost(services: HostServices): Host {
  const { write, environment } = services;
  const groups = createGroups({
    title: ({ text }) => serviceMessage('progressMessage', oneLine(text)),
    open: ({ phase, text }) => serviceMessage('blockOpened', { name: phase, description: oneLine(text) }),
    close: ({ phase }) => serviceMessage('blockClosed', { name: phase }),
    progress: (text) => serviceMessage('progressMessage', oneLine(text)),
    notice: plainLines,
    warning,
    detail: plainLines,
  });
  const finish = async (end: CommandEnd): Promise<number> => {
    write([groups.end(), ...endMessages(end), ...publishedFiles(environment)].join(''));
    return successOfSkipped(end.document.exit);
  };
  return { emit: createLog({ texts: groups.texts, progressMs: PROGRESS_MS }, services), finish };
}

/** The files that were written, without paths that TeamCity would read as a pattern or a target. */
function publishedFiles(environment: HostServices['environment']): readonly string[] {
  const named = REPORTS.flatMap((name) => environment[`BACKUP_INPUT_${name}`] || environment[`BACKUP_${name}`] || []);
  const paths = named.filter((path) => existsSync(path));
  return paths.filter((path) => !/[,\n\r*?]|=>/.test(path)).map((path) => serviceMessage('publishArtifacts', path));
}

function warning({ text, hint }: Event & { type: 'warning' }): string {
  const shown = oneLine(hint === undefined ? text : `${text}: ${hint}`);
  return serviceMessage('message', { text: shown, status: 'WARNING' });
}

function endMessages(end: CommandEnd): readonly string[] {
  const { document } = end;
  const text = statusText(end);
  return [
    verifiedTests(document),
    end.text === '' ? '' : plainLines(end.text),
    ...buildProblems(document),
    ...[...statistics(document)].map(([key, number]) => {
      const value = statisticValue(number);
      return value === undefined ? '' : serviceMessage('buildStatisticValue', { key, value });
    }),
    ...labelMessages(document),
    text === undefined ? '' : serviceMessage('buildStatus', { text: oneLine(`{build.status.text}; ${text}`, 1000) }),
  ];
}

/** Later steps read the label as `%postgresBackuper.label%`, dependent builds as `%dep.<ID>.postgresBackuper.label%`. */
function labelMessages(document: CommandDocument): readonly string[] {
  const labels = toldBy(document).backups.map(({ label }) => label);
  if (labels.length === 0) return [];
  return [
    ...labels.map((label) => serviceMessage('addBuildTag', label)),
    serviceMessage('setParameter', { name: 'postgresBackuper.label', value: labels.join(',') }),
  ];
}
