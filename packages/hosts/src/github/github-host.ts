import type { Event, Progress } from '@postgres-backuper/base';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { outputsOf } from '../outputs.ts';
import { progressText } from '../progress-text.ts';
import { summaryReport } from '../reports/summary.ts';
import { annotation, endAnnotations } from './annotations.ts';
import { appendTo, fileEntry } from './command-file.ts';
import { plainLines, workflowCommand } from './workflow-command.ts';

/** Time between two lines of progress, milliseconds. */
const PROGRESS_MS = 30_000;
/** GitHub refuses a longer summary of a step, bytes. */
const SUMMARY_MAX = 1024 * 1024;
const TITLE = 'PostgreSQL';

/** Shows a command in GitHub Actions: phases as groups of the log, annotations, outputs and the summary of the job. */
export function createGitHubHost(services: HostServices): Host {
  const { write, verbose, elapsed } = services;
  let isOpen = false;
  let lastProgress = elapsed();
  const closedGroup = (): string => {
    const closed = isOpen ? workflowCommand('endgroup') : '';
    isOpen = false;
    return closed;
  };
  const openedGroup = (text: string): string => {
    const closed = closedGroup();
    isOpen = true;
    return `${closed}${workflowCommand('group', text.replaceAll('\n', ' '))}`;
  };
  const progressed = (progress: Progress): string => {
    const now = elapsed();
    if (now - lastProgress < PROGRESS_MS) return '';
    lastProgress = now;
    return plainLines(progressText(progress));
  };
  /** No `default`: a new kind of event does not compile until it is shown here. */
  const eventText = (event: Event): string => {
    switch (event.type) {
      case 'phase':
        return openedGroup(event.text);
      case 'progress':
        return progressed(event.progress);
      case 'notice':
        return plainLines(event.text);
      case 'warning':
        return annotation('warning', event.hint === undefined ? event.text : `${event.text}\n${event.hint}`, TITLE);
      case 'detail':
        return verbose ? plainLines(event.text) : '';
    }
  };
  const emit = (event: Event): void => {
    const text = eventText(event);
    if (text !== '') write(text);
  };
  const finish = async (end: CommandEnd): Promise<number> => {
    const { exit } = end.document;
    write(`${closedGroup()}${end.text === '' ? '' : plainLines(end.text)}${endAnnotations(end)}`);
    for (const text of tellRunner(end, services)) write(annotation('warning', text, TITLE));
    return exit === 99 ? 0 : exit;
  };
  return { emit, finish };
}

/** Outputs, the summary, and for the `post` step that the command came to its end. Returns what could not be written. */
function tellRunner({ document }: CommandEnd, { environment, wording }: HostServices): readonly string[] {
  const outputs = Object.entries(outputsOf(document)).map(([name, value]) => fileEntry(name, value));
  const text = summaryReport(document, wording);
  const fits = Buffer.byteLength(text) <= SUMMARY_MAX;
  const { binDir } = (document.result ?? {}) as { binDir?: string };
  return [
    appendTo(environment.GITHUB_OUTPUT, outputs.join('')),
    appendTo(environment.GITHUB_STEP_SUMMARY, fits ? text : ''),
    appendTo(environment.GITHUB_STATE, fileEntry('ended', String(document.exit))),
    document.command === 'setup-client' && binDir ? appendTo(environment.GITHUB_PATH, `${binDir}\n`) : undefined,
    fits ? undefined : `the summary is too long for GitHub: give ${wording.option('summaryFile')} for all of it`,
  ].filter((problem) => problem !== undefined);
}
