import { createGroups } from '../groups.ts';
import type { CommandEnd, Host, HostServices } from '../host.ts';
import { createLog } from '../log.ts';
import { outputsOf } from '../outputs.ts';
import { summaryReport } from '../reports/summary.ts';
import { successOfSkipped } from '../skipped.ts';
import { annotation, endAnnotations } from './annotations.ts';
import { appendTo, fileEntry } from './command-file.ts';
import { runByToolkit } from './toolkit-runner.ts';
import { plainLines, workflowCommand } from './workflow-command.ts';

/** Time between two lines of progress, milliseconds. */
const PROGRESS_MS = 30_000;
/** Largest summary of a step that GitHub accepts, bytes. */
const SUMMARY_MAX = 1024 * 1024;
const TITLE = 'PostgreSQL';

/** Shows a command in GitHub Actions: phases as groups of the log, annotations, outputs and the summary of the job. */
export function createGitHubHost(services: HostServices): Host {
  return createActionsHost(services, annotation);
}

/** The same for every system that runs GitHub's actions; `annotate` shows the most important messages. */
export function createActionsHost(services: HostServices, annotate: typeof annotation): Host {
  const { write } = services;
  const groups = createGroups({
    title: ({ text }) => plainLines(text.replaceAll('\n', ' ')),
    open: ({ phase }) => workflowCommand('group', phase),
    close: () => workflowCommand('endgroup'),
    progress: plainLines,
    notice: plainLines,
    warning: ({ text, hint }) => annotate('warning', hint === undefined ? text : `${text}\n${hint}`, TITLE),
    detail: plainLines,
  });
  const finish = async (end: CommandEnd): Promise<number> => {
    const { exit } = end.document;
    write(`${groups.end()}${end.text === '' ? '' : plainLines(end.text)}${endAnnotations(end.document, annotate)}`);
    for (const text of tellRunner(end, services)) write(annotate('warning', text, TITLE));
    return successOfSkipped(exit);
  };
  return { emit: createLog({ texts: groups.texts, progressMs: PROGRESS_MS }, services), finish, run: runByToolkit };
}

/** Writes outputs, the summary and, for the `post` step, that the command ended. Returns what could not be written. */
function tellRunner({ document }: CommandEnd, { environment, wording }: HostServices): readonly string[] {
  const outputs = Object.entries(outputsOf(document)).map(([name, value]) => fileEntry(name, value));
  const text = summaryReport(document, wording);
  const fits = Buffer.byteLength(text) <= SUMMARY_MAX;
  const binDir = document.command === 'setup-client' ? document.result?.binDir : undefined;
  return [
    appendTo(environment.GITHUB_OUTPUT, outputs.join('')),
    appendTo(environment.GITHUB_STEP_SUMMARY, fits ? text : ''),
    appendTo(environment.GITHUB_STATE, fileEntry('ended', String(document.exit))),
    binDir ? appendTo(environment.GITHUB_PATH, `${binDir}\n`) : undefined,
    fits ? undefined : `the summary is too long for GitHub: give ${wording.option('summaryFile')} for all of it`,
  ].filter((problem) => problem !== undefined);
}
