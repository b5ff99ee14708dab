import { EXIT_STATUSES } from '@postgres-backuper/base';
import { COMMANDS } from '@postgres-backuper/options';
import type { CommandDocument, DocumentOf } from '../host.ts';
import { unsaidProblems } from '../problems.ts';
import { toldBy } from '../results.ts';
import { isSkipped, YOUNG } from '../skipped.ts';
import { sourceText } from '../source-text.ts';
import type { Wording } from '../wording.ts';
import { plain } from './markdown.ts';
import { backupPartSummary, backupSummary } from './summary-backup.ts';
import { checkSummary, clientSummary, listSummary, plannedSummary, restoreSummary } from './summary-other.ts';
import { pruneSummary, verifySummary } from './summary-repository.ts';
import { statusSummary } from './summary-status.ts';

/** The result in GitHub's Markdown, for people; names are escaped. */
export function summaryReport(document: CommandDocument, wording: Wording): string {
  const parts = [
    heading(document),
    source(document),
    errorText(document),
    ...told(document, wording),
    pageLink(document),
  ];
  return `${parts.filter(Boolean).join('\n')}\n`;
}

/** No `default`: a new command does not compile until its result is reported here. */
function told(document: CommandDocument, wording: Wording): readonly string[] {
  const { pruned, verified, statuses } = toldBy(document);
  switch (document.command) {
    case 'backup':
      return [...backups(document, wording), backupsLeftOut(document)];
    case 'import':
      return backups(document, wording);
    case 'restore':
      return [restoreSummary(document), plannedSummary(document)];
    case 'verify':
      return verified.map(verifySummary);
    case 'prune':
      return pruned.map(pruneSummary);
    case 'status':
      return [statusSummary(statuses)];
    case 'check':
      return [checkSummary(document)];
    case 'list':
      return [listSummary(document)];
    case 'setup-client':
      return [clientSummary(document)];
    case 'undo-swap':
    case 'pin':
    case 'unpin':
    case 'log':
    case 'report':
    case 'keygen':
    case 'init':
    case 'rekey':
    case 'copy':
    case 'export':
    case 'show':
    case 'diff':
    case 'cat':
    case 'notify':
    case 'setup-role':
    case 'setup-bucket':
      return []; // they have no summary
  }
}

function backups({ result }: DocumentOf<'backup'> | DocumentOf<'import'>, wording: Wording): readonly string[] {
  const part = result?.part;
  const made = (result?.backups ?? []).map((backup) => backupSummary(backup, wording));
  return part === undefined ? made : [...made, backupPartSummary(part)];
}

function heading({ command, exit, error }: CommandDocument): string {
  const title = COMMANDS[command].title;
  if (isSkipped(exit)) return `## ⏭️ ${title}: skipped\n`;
  if (error?.code === 'cancelled') return `## 🚫 ${title}: cancelled\n`;
  if (exit === EXIT_STATUSES.partial) return `## ⚠️ ${title}: only partly done\n`;
  return exit === 0 ? `## ✅ ${title}\n` : `## ❌ ${title}: failed\n`;
}

function pageLink({ page }: CommandDocument): string {
  return page === undefined ? '' : `\n[All backups on one page](${page})\n`;
}

function source(document: CommandDocument): string {
  const text = sourceText(document);
  return text === undefined ? '' : `${plain(text.replace(/^s/, 'S'))}\n`;
}

function errorText(document: CommandDocument): string {
  const { exit, error } = document;
  if (isSkipped(exit)) return `${YOUNG.replace('the', 'The')}.\n`;
  if (error === undefined) return '';
  const hint = error.hint === undefined ? '' : `> ${plain(error.hint)}\n`;
  const lost = error.code === 'cancelled' ? '> Nothing unfinished counts as a backup.\n' : '';
  const single = listsItself(document) ? [] : unsaidProblems(document);
  const parts = [single.map((text) => `> - ${plain(text)}\n`).join(''), `${hint}${lost}`].filter(Boolean);
  const more = parts.map((part) => `>\n${part}`).join('');
  return `> **${plain(error.message)}** (\`${error.code}\`, exit status ${exit})\n${more}`;
}

/** Whether the summary of the result has the single problems. */
function listsItself({ command, result }: CommandDocument): boolean {
  return (
    result !== undefined &&
    (command === 'backup' || command === 'import' || (command === 'restore' && 'objects' in result))
  );
}

/** Databases of a backup of several that failed or were skipped. */
function backupsLeftOut({ exit, result }: DocumentOf<'backup'>): string {
  const { skipped = [], failures = [] } = result ?? {};
  const failed = failures.map(({ database, error }) => `- ❌ ${plain(database)}: ${plain(error.message)}\n`);
  const young = skipped.map((database) => `- ⏭️ ${plain(database)}: its newest backup is young enough\n`);
  return [...failed, ...(isSkipped(exit) ? [] : young)].join('');
}
