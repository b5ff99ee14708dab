import { EXIT_STATUSES } from '@postgres-backuper/base';
import { COMMANDS } from '@postgres-backuper/options';
import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';
import { isSkipped, YOUNG } from '../skipped.ts';
import { sourceText } from '../source-text.ts';
import type { Wording } from '../wording.ts';
import { plain } from './markdown.ts';
import { backupSummary } from './summary-backup.ts';
import { checkSummary, clientSummary, listSummary, restoreSummary } from './summary-other.ts';
import { pruneSummary, statusSummary, verifySummary } from './summary-repository.ts';

/** What happened, in GitHub's Markdown, for people; whatever the names are, they are shown and nothing else. */
export function summaryReport(document: CommandDocument, wording: Wording): string {
  const { backups, verified, pruned, statuses } = toldBy(document);
  const parts = [
    heading(document),
    source(document),
    errorText(document),
    ...backups.map((backup) => backupSummary(backup, wording)),
    backupsLeftOut(document),
    ...verified.map(verifySummary),
    ...pruned.map(pruneSummary),
    statusSummary(statuses),
    restoreSummary(document),
    checkSummary(document),
    listSummary(document),
    clientSummary(document),
  ];
  return `${parts.filter(Boolean).join('\n')}\n`;
}

function heading({ command, exit, error }: CommandDocument): string {
  const title = COMMANDS[command].title;
  if (isSkipped(exit)) return `## ⏭️ ${title}: skipped\n`;
  if (error?.code === 'cancelled') return `## 🚫 ${title}: cancelled\n`;
  if (exit === EXIT_STATUSES.partial) return `## ⚠️ ${title}: only partly done\n`;
  return exit === 0 ? `## ✅ ${title}\n` : `## ❌ ${title}: failed\n`;
}

function source(document: CommandDocument): string {
  const text = sourceText(document);
  return text === undefined ? '' : `${plain(text.replace(/^s/, 'S'))}\n`;
}

function errorText({ exit, error }: CommandDocument): string {
  if (isSkipped(exit)) return `${YOUNG.replace('the', 'The')}.\n`;
  if (error === undefined) return '';
  const hint = error.hint === undefined ? '' : `> ${plain(error.hint)}\n`;
  const lost = error.code === 'cancelled' ? '> Nothing half-made counts as a backup.\n' : '';
  return `> **${plain(error.message)}** (\`${error.code}\`, exit status ${exit})\n${hint === '' && lost === '' ? '' : `>\n${hint}${lost}`}`;
}

/** Databases that a backup of several passed by. */
function backupsLeftOut({ command, exit, result }: CommandDocument): string {
  if (command !== 'backup') return '';
  const { skipped = [], failures = [] } = (result ?? {}) as {
    skipped?: readonly string[];
    failures?: readonly { readonly database: string; readonly error: { readonly message: string } }[];
  };
  const failed = failures.map(({ database, error }) => `- ❌ ${plain(database)}: ${plain(error.message)}\n`);
  const young = skipped.map((database) => `- ⏭️ ${plain(database)}: its newest backup is young enough\n`);
  return [...failed, ...(isSkipped(exit) ? [] : young)].join('');
}
