import { EXIT_STATUSES, formatDuration } from '@postgres-backuper/base';
import { type CommandDocument, problemTexts, unsaidProblems } from '@postgres-backuper/hosts';
import type { EventKind, Fact, Message } from '@postgres-backuper/notifications';
import { COMMANDS } from '@postgres-backuper/options';
import { digestHint, digestLines, digestTitle } from './digest.ts';
import type { NameBefore } from './run-before.ts';
import { doneLines, labelsOf, locationsOf, namesOf } from './told.ts';

/** What a message is made of. */
export interface Report {
  readonly document: CommandDocument;
  readonly before: readonly NameBefore[];
  readonly anomalies: readonly string[];
  /** The page of the CI job. */
  readonly job: string | undefined;
  /** The name of this machine. */
  readonly machine: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Most names in a title or facts. */
const NAMED = 3;

/** The message about a run. Texts of the document may hold any character, and so does the message. */
export function messageOf(event: EventKind, report: Report): Message {
  const { document, job, now, anomalies } = report;
  const { command, exit, error } = document;
  return {
    event,
    title: titleOf(event, document),
    lines: [...anomalies, ...(exit === 0 ? doneLines(report) : failedLines(document))],
    hint: error?.hint ?? digestHint(document),
    facts: factsOf(report),
    link: job,
    at: new Date(now).toISOString(),
    fields: { command, exit, code: error?.code ?? null, names: namesOf(document), labels: labelsOf(document) },
  };
}

function titleOf(event: EventKind, document: CommandDocument): string {
  const { command, exit, error } = document;
  if (command === 'report' && exit === 0 && document.result !== undefined) return digestTitle(document.result);
  const names = namesOf(document).map((name) => `'${name}'`);
  const more = names.length - NAMED;
  const about = more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
  return `${beginningOf(event, { command, exit, code: error?.code })}${about === '' ? '' : `: ${about}`}`;
}

function beginningOf(
  event: EventKind,
  { command, exit, code }: Pick<CommandDocument, 'command' | 'exit'> & { readonly code: string | undefined },
): string {
  const { title } = COMMANDS[command];
  switch (event) {
    case 'missing':
      return 'PostgreSQL backup is missing';
    case 'failure':
      return `${title} ${code === 'cancelled' ? code : exit === EXIT_STATUSES.partial ? 'only partly done' : 'failed'}`;
    case 'anomaly':
      return `${title} done, with unusual figures`;
    case 'recovery':
      return `${title} works again`;
    case 'success':
    case 'digest':
      return `${title} done`;
    case 'test':
      return title;
  }
}

function failedLines(document: CommandDocument): readonly string[] {
  const { error } = document;
  if (error?.code === 'anomaly-found') return []; // the anomalies are lines of their own
  const problems = error === undefined ? problemTexts(document) : [error.message, ...unsaidProblems(document)];
  return document.command === 'report' && document.result ? [...problems, ...digestLines(document.result)] : problems;
}

function factsOf(report: Report): readonly Fact[] {
  const { document, machine } = report;
  const { server, exit } = document;
  const locations = locationsOf(report);
  return [
    ...(server === undefined ? [] : [{ name: 'server', value: server }]),
    ...(locations.length === 0 ? [] : [{ name: 'repository', value: locations.join(', ') }]),
    ...sinceFacts(report),
    ...(exit === 0 ? [] : [{ name: 'exit status', value: String(exit) }]),
    { name: 'machine', value: machine },
  ];
}

/** Since when there is no good backup. */
function sinceFacts({ before, document, now }: Report): readonly Fact[] {
  if (document.exit === 0) return [];
  const known = before.flatMap(({ name, newest, failingSince }) =>
    newest === undefined ? [] : [{ name, newest, failingSince }],
  );
  const oldest = known.toSorted((a, b) => a.newest.startedAt - b.newest.startedAt).slice(0, NAMED);
  const failing = known.flatMap(({ failingSince }) => failingSince ?? []);
  return [
    ...oldest.map(({ name, newest: { label, startedAt } }) => ({
      name: known.length === 1 ? 'last good backup' : `last good backup of '${name}'`,
      value: `${label}, ${formatDuration(Math.max(0, now - startedAt))} old`,
    })),
    ...(failing.length === 0 ? [] : [{ name: 'failing since', value: new Date(Math.min(...failing)).toISOString() }]),
  ];
}
